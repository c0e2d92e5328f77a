import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';

import { Runner } from './runner.ts';

interface Reply {
  /** 0 for a connection that breaks. */
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** Our Function in Twilio's runner, and a Handoff API that answers as a test wants. */
describe('the Function', { timeout: 120_000 }, () => {
  const asked: { url?: string; key?: string }[] = [];
  let replies: Reply[] = [];
  let api: Server;
  let runner: Runner;

  before(async () => {
    api = createServer((request, response) => {
      asked.push({ url: request.url, key: String(request.headers['x-api-key']) });
      const reply = replies.length > 1 ? replies.shift()! : replies[0];
      if (reply.status === 0) {
        request.socket.destroy();
        return;
      }
      response.writeHead(reply.status, reply.headers).end(reply.body);
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/prefix/`;
    runner = await Runner.start(join(__dirname, '..'), { CALLMESH_URL: url, CALLMESH_API_KEY: 'the key' });
  });

  after(async () => {
    await runner.stop();
    api.closeAllConnections();
    api.close();
  });

  afterEach(() => asked.splice(0));

  const run = (callSid: string) => runner.run('handoff-state', { call_sid: callSid });

  it('answers with the body as it is, and waits a moment for it', async () => {
    const body = '{"id": "conv-1","data":{"note":"say \\"hi\\" ä","number":12345678901234567890}}';
    replies = [{ status: 200, body }];
    assert.deepEqual(await run('CA1&x=1'), { status: 200, type: 'application/json; charset=utf-8', body });
    assert.deepEqual(asked, [{ url: '/prefix/v1/handoff_state?id=CA1%26x%3D1&wait=4', key: 'the key' }]);
  });

  for (const status of [401, 404, 410]) {
    it(`passes on a ${status}, by which the flow knows that there is nothing`, async () => {
      replies = [{ status, body: `{"status":${status}}` }];
      assert.equal((await run('CA1')).status, status);
      assert.equal(asked.length, 1);
    });
  }

  it('asks once more while the call is with the agent still', async () => {
    replies = [
      { status: 425, body: '{}', headers: { 'retry-after': '1' } },
      { status: 200, body: '{"id":"conv-1","data":{}}' },
    ];
    assert.equal((await run('CA1')).status, 200);
    assert.deepEqual(
      asked.map(({ url }) => url),
      ['/prefix/v1/handoff_state?id=CA1&wait=4', '/prefix/v1/handoff_state?id=CA1'],
    );
  });

  it('does not ask a third time', async () => {
    replies = [{ status: 425, body: '{"status":425}', headers: { 'retry-after': '1' } }];
    assert.equal((await run('CA1')).status, 425);
    assert.equal(asked.length, 2);
  });

  it('keeps to the first answer when the second does not come', async () => {
    replies = [
      { status: 425, body: '{"status":425}', headers: { 'retry-after': '1' } },
      { status: 0, body: '' },
    ];
    assert.deepEqual(await run('CA1'), { status: 425, type: 'application/json; charset=utf-8', body: '{"status":425}' });
    assert.equal(asked.length, 2);
  });

  it('does not wait longer than Studio does', async () => {
    replies = [{ status: 429, body: '{"status":429}', headers: { 'retry-after': '60' } }];
    assert.equal((await run('CA1')).status, 429);
    assert.equal(asked.length, 1);
  });

  it('fails when the answer cannot be put into attributes', async () => {
    replies = [{ status: 200, body: '<html>' }];
    assert.deepEqual(await run('CA1'), { status: 502, type: 'application/json; charset=utf-8', body: '{}' });
  });
});
