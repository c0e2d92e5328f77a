import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { Page } from 'playwright-core';

import { accessibilityProblems, aMinuteLater, Desk } from './desk.ts';
import { Mesh } from './mesh.ts';
import { Runner } from './runner.ts';

const STATE = { customer_id: 'C-20418', topic: 'Double charge', card_number: '4111111111111111', amount: 412.5 };

/** Calls through a running mesh, and everything of Twilio's side that reads what they leave. */
describe('with a running mesh', { timeout: 240_000 }, () => {
  let desk: Desk;
  let mesh: Mesh;
  let ours: Runner;
  let published: Runner;

  before(async () => {
    desk = await Desk.open();
    mesh = await Mesh.start(desk.origin);
    [ours, published] = await Promise.all([
      Runner.start(join(__dirname, '..'), { CALLMESH_URL: mesh.url, CALLMESH_API_KEY: Mesh.KEY }),
      Runner.start(join(__dirname, 'published'), { HANDOFF_HOST: mesh.url, HANDOFF_API_KEY: Mesh.KEY }),
    ]);
  });

  after(async () => {
    await Promise.all([ours?.stop(), published?.stop(), mesh?.stop(), desk?.close()]);
  });

  const open = async (id: string, token = Mesh.TOKEN): Promise<Page> =>
    desk.page(
      { url: mesh.url, token },
      { attributes: { name: 'Maria Keller', from: '+14155550142', callmesh: { conversation_id: id } } },
    );

  it('carries a call from the agent’s first word to the person in Flex', async (call) => {
    const { conversationId, callSid } = await mesh.call();
    const page = await open(conversationId);

    await call.test('the person listens in while the agent has the call', async () => {
      await page.getByText('With the voice agent').waitFor();
      mesh.agent.transcript('caller', 'I was charged', false);
      await page.getByText('I was charged …').waitFor();
      mesh.agent.transcript('caller', 'I was charged twice.');
      await page.getByRole('log').getByText('I was charged twice.').waitFor();
      mesh.agent.context({ customer_id: 'C-20418' });
      await page.getByText('C-20418').waitFor();
    });

    await call.test('the Functions are told that there is nothing yet', async () => {
      assert.equal((await ours.run('handoff-state', { call_sid: callSid })).status, 425);
      assert.equal((await published.run('handoff', { call_sid: callSid })).status, 500);
    });

    await call.test('the handoff arrives on the screen, with what is not for this role hidden', async () => {
      await mesh.agent.handOff(STATE);
      await page.getByRole('heading', { level: 2, name: 'Asked for a person' }).waitFor();
      await page.getByText('Waiting for a person').waitFor();
      await page.getByText('412.5').waitFor();
      await page.getByText('Hidden: not for your role').waitFor();
      assert.equal(await page.getByText('4111111111111111').count(), 0);
      assert.match((await page.getByRole('timer').getAttribute('aria-label')) ?? '', /^waiting \d+ second/);
      assert.deepEqual(await accessibilityProblems(page), []);
    });

    await call.test('somebody who comes later reads the same', async () => {
      const later = await open(conversationId);
      await later.getByRole('log').getByText('I was charged twice.').waitFor();
      await later.getByText('For Billing').waitFor();
      await later.context().close();
    });

    await call.test('our Function answers with the body of the Handoff API as it is', async () => {
      const direct = await (await mesh.api('GET', `/v1/handoff_state?id=${callSid}`)).text();
      assert.deepEqual(JSON.parse(direct), { id: conversationId, data: STATE });
      assert.deepEqual(await ours.run('handoff-state', { call_sid: callSid }), {
        status: 200,
        type: 'application/json; charset=utf-8',
        body: direct,
      });
    });

    await call.test('a Function written for the published API works with another host alone', async () => {
      const { status, body } = await published.run('handoff', { call_sid: callSid });
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(body), { id: conversationId, data: STATE });
    });

    await call.test('the Flex worker is on the receipts, by SID', async () => {
      const answer = await mesh.api('GET', `/v1/handoff_state/receipts?id=${callSid}`);
      const { handoffs } = (await answer.json()) as { handoffs: { receipts: { step: string; by?: string }[] }[] };
      const readers = handoffs[0].receipts.filter(({ step }) => step === 'read').map(({ by }) => by);
      assert.ok(readers.includes('WK00000000000000000000000000000001'), JSON.stringify(readers));
    });

    await call.test('what is deleted leaves the screen, and the Function says that it is gone', async () => {
      assert.equal((await mesh.api('DELETE', `/v1/handoff_state?id=${callSid}`)).status, 200);
      await page.getByRole('heading', { name: 'This handoff was deleted' }).waitFor();
      assert.equal(await page.getByText('C-20418').count(), 0);
      assert.equal((await ours.run('handoff-state', { call_sid: callSid })).status, 410);
    });
    await page.context().close();
  });

  it('says nothing to a token that Twilio does not know, nor of a call that never was', async () => {
    const stranger = await open('conv-none', 'a stolen token');
    await stranger.getByRole('heading', { name: 'You are not allowed to see this' }).waitFor();
    await stranger.context().close();
    const nothing = await open('conv-none');
    await aMinuteLater(nothing);
    await nothing.getByRole('heading', { name: 'Nothing is known of this call' }).waitFor();
    await nothing.context().close();
    assert.equal((await ours.run('handoff-state', { call_sid: 'CA00000000000000000000000000000009' })).status, 404);
  });

  it('is missed when it is away: the Function fails, the panel says so', async () => {
    const { conversationId, callSid } = await mesh.call();
    await mesh.agent.handOff({ customer_id: 'C-7' });
    const page = await open(conversationId);
    await page.getByText('C-7').waitFor();
    await mesh.stop();
    await page.getByText('callmesh cannot be reached').waitFor();
    await page.getByText('This is what was known last.').waitFor();
    assert.equal((await ours.run('handoff-state', { call_sid: callSid })).status, 502);
    await page.context().close();
  });
});
