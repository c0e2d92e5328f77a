import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import type { Page } from 'playwright-core';

import { accessibilityProblems, aMinuteLater, Desk, show } from './desk.ts';
import { ID, snapshot, task } from './example.ts';
import { FakeMesh, type Answer } from './fakeMesh.ts';

/** The built panel in Chromium, and a mesh that answers as a test wants. */
describe('the panel', { timeout: 240_000 }, () => {
  const now = Date.now();
  let desk: Desk;
  let mesh: FakeMesh;
  let page: Page;

  before(async () => {
    desk = await Desk.open();
  });
  after(() => desk.close());
  beforeEach(async () => {
    mesh = await FakeMesh.start();
  });
  afterEach(async () => {
    await page.context().close();
    await mesh.stop();
  });

  const open = async (answer: Answer, ours = {}, token = FakeMesh.TOKEN): Promise<void> => {
    mesh.answers(ID, answer);
    page = await desk.page({ url: mesh.url, token }, task(now, ours));
  };

  it('shows who calls, why, for how long, the data and what was said', async () => {
    await open({ status: 200, snapshot: snapshot(now) });
    await page.getByText('I am putting you through').waitFor();
    assert.equal(await page.getByRole('heading', { level: 2 }).textContent(), 'Asked for a person');
    assert.match((await page.getByRole('timer').getAttribute('aria-label')) ?? '', /^waiting 1 minute/);
    const tree = await page.getByRole('region', { name: 'Handoff from the voice agent' }).ariaSnapshot();
    for (const line of ['heading "Maria Keller" [level=3]', 'term: Customer ID', 'definition: C-20418', 'log "Transcript"', 'listitem: Yes, exactly.']) {
      assert.ok(tree.includes(line), `${line} is not in\n${tree}`);
    }
    assert.ok(tree.includes('Hidden: not for your role'), tree);
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  it('shows what is said while it is said', async () => {
    await open({ status: 200, snapshot: snapshot(now, { status: 'with_agent' }) });
    await page.getByText('Live', { exact: true }).waitFor();
    mesh.tell(ID, 'transcript', { role: 'caller', text: 'One more th', final: false });
    await page.getByText('One more th …').waitFor();
    mesh.tell(ID, 'transcript', { role: 'caller', text: 'One more thing.', final: true });
    await page.getByRole('log').getByText('One more thing.').waitFor();
    assert.equal(await page.getByText('One more th …').count(), 0);
    mesh.tell(ID, 'state', { data: { account_number: 5 } });
    await page.getByText('Account number').waitFor();
  });

  it('shows numbers digit for digit', async () => {
    await open({ status: 200, snapshot: snapshot(now, { data: {} }) });
    await page.getByText('left no data').waitFor();
    mesh.write(ID, 'event: state\ndata: {"data":{"account_number":12345678901234567890}}\n\n');
    await page.getByText('12345678901234567890').waitFor();
  });

  it('says that the call is with the person who took it', async () => {
    await open({ status: 200, snapshot: snapshot(now) });
    await page.getByText('Waiting for a person').waitFor();
    await show(page, { ...task(now), sid: 'WR1', status: 'accepted', dateUpdated: new Date(now - 60_000) });
    await page.getByText('With you', { exact: true }).waitFor();
    assert.match((await page.getByRole('timer').getAttribute('aria-label')) ?? '', /^with you 1 minute/);
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  it('forgets what is gone', async () => {
    await open({ status: 200, snapshot: snapshot(now) });
    await page.getByText('C-20418').waitFor();
    mesh.tell(ID, 'gone', { reason: 'deleted', at: new Date(now).toISOString() });
    await page.getByRole('heading', { name: 'This handoff was deleted' }).waitFor();
    assert.equal(await page.getByText('C-20418').count(), 0);
  });

  it('has one connection per task, and none for a task that is gone', async () => {
    await open({ status: 200, snapshot: snapshot(now) });
    await page.getByText('C-20418').waitFor();
    for (const seconds of [1, 2, 3]) {
      // Flex shows a task anew with each of its changes
      await show(page, task(now, { seconds }));
      mesh.tell(ID, 'state', { data: { seconds } });
      await page.getByRole('definition').getByText(String(seconds), { exact: true }).waitFor();
    }
    assert.equal(mesh.listeners(ID), 1);
    const left = mesh.left(ID);
    await show(page, null);
    await page.getByText('No handoff to show').waitFor();
    await left;
    assert.equal(mesh.listeners(ID), 0);
    assert.equal(mesh.times(ID), 1);
  });

  it('tries again at the press of a key', async () => {
    await open({ status: 503, detail: 'Kafka cannot be asked.', retryAfter: 60 });
    const button = page.getByRole('button', { name: 'Try again' });
    await button.waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    mesh.answers(ID, { status: 200, snapshot: snapshot(now) });
    await page.keyboard.press('Tab');
    assert.ok(await button.evaluate((element) => element === document.activeElement));
    await page.keyboard.press('Enter');
    await page.getByText('I am putting you through').waitFor();
  });

  it('says that somebody is not allowed to read', async () => {
    await open({ status: 200, snapshot: snapshot(now) }, {}, 'a token that nobody knows');
    await page.getByRole('heading', { name: 'You are not allowed to see this' }).waitFor();
  });

  it('shows what came with the task while the mesh is away', async () => {
    await open({ status: 503, detail: 'Kafka cannot be asked.' }, { handoff: { customer_id: 'C-20418' } });
    await page.getByText('This is what came with the task').waitFor();
    await page.getByText('C-20418').waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  for (const [state, answer, title] of [
    ['expired', { status: 410, detail: 'this handoff expired at noon' }, 'This handoff has expired'],
    ['unknown', { status: 404, detail: 'There is no handoff.' }, 'Nothing is known of this call'],
  ] as const) {
    it(`has nothing that axe finds wrong when it is ${state}`, async () => {
      await open(answer);
      await (state === 'unknown' && aMinuteLater(page));
      await page.getByRole('heading', { name: title }).waitFor();
      assert.deepEqual(await accessibilityProblems(page), []);
    });
  }
});
