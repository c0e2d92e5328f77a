/** @jest-environment node */
import { LiveHandoff, Surroundings } from './LiveHandoff';
import { HandoffEvent } from './view';

/** A stream that the test writes to. */
class Pipe {
  private readonly chunks: (Uint8Array | null | Error)[] = [];
  private waiting?: () => void;

  write(text: string): void {
    this.put(new TextEncoder().encode(text));
  }

  event(type: string, data: unknown): void {
    this.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    this.put(null);
  }

  fail(): void {
    this.put(new Error('reset'));
  }

  getReader() {
    return { read: () => this.read() };
  }

  private put(chunk: Uint8Array | null | Error): void {
    this.chunks.push(chunk);
    this.waiting?.();
  }

  private async read(): Promise<{ done: boolean; value?: Uint8Array }> {
    while (this.chunks.length === 0) {
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
    const chunk = this.chunks.shift();
    if (chunk instanceof Error) {
      throw chunk;
    }
    return chunk ? { done: false, value: chunk } : { done: true };
  }
}

interface Asked {
  token: string;
  accept: string;
  signal: AbortSignal;
}

type Reply = Pipe | Error | { status: number; body?: unknown; headers?: Record<string, string>; type?: string };

const SNAPSHOT = { id: 'conv-1', status: 'waiting', since: 5, data: { a: 1 }, transcript: [], receipts: [] };

function response(reply: Exclude<Reply, Error>): Response {
  const [status, type, body] =
    reply instanceof Pipe
      ? [200, 'text/event-stream;charset=utf-8', reply]
      : [reply.status, reply.type ?? 'application/json', null];
  const headers: Record<string, string> = { 'content-type': type, ...(reply instanceof Pipe ? {} : reply.headers) };
  const text = reply instanceof Pipe ? '' : JSON.stringify(reply.body ?? {});
  return {
    ok: status < 300,
    status,
    headers: { get: (name: string) => headers[name] ?? null },
    body,
    text: async () => text,
  } as unknown as Response;
}

/** A mesh that answers as it is told, one request after the other, and then stays silent. */
function meshOf(replies: Reply[], tokens: string[] = ['t1']) {
  const asked: Asked[] = [];
  const pauses: number[] = [];
  const events: HandoffEvent[] = [];
  const around: Surroundings = {
    fetch: (async (_url: string, init: RequestInit) => {
      const headers = init.headers as Record<string, string>;
      asked.push({ token: headers.authorization, accept: headers.accept, signal: init.signal as AbortSignal });
      const reply = replies.shift();
      if (reply === undefined) {
        live.end();
        throw new Error('aborted');
      }
      if (reply instanceof Error) {
        throw reply;
      }
      return response(reply);
    }) as unknown as typeof fetch,
    token: () => (tokens.length > 1 ? (tokens.shift() as string) : tokens[0]),
    random: () => 1,
    now: () => 0,
    pause: async (ms) => {
      pauses.push(ms);
    },
  };
  const live = new LiveHandoff('https://mesh/v1/handoff_state/live?id=conv-1', around, (event) => events.push(event));
  return { live, asked, pauses, events, followed: live.follow() };
}

function types(events: HandoffEvent[]): string[] {
  return events.map((event) => (event.type === 'trouble' ? event.trouble : event.type));
}

const DOWN = new TypeError('Failed to fetch');

test('asks for a stream with the token, and passes on what it says', async () => {
  const pipe = new Pipe();
  const { asked, events, followed } = meshOf([pipe]);
  pipe.write(': heartbeat\n\n');
  pipe.event('snapshot', SNAPSHOT);
  pipe.event('transcript', { role: 'caller', text: 'hi', final: true, at: 7 });
  pipe.event('state', { data: { b: 2 } });
  pipe.event('status', { status: 'accepted', since: 9 });
  pipe.event('receipt', { step: 'read', at: 8 });
  pipe.event('weather', { sun: true });
  pipe.event('transcript', { role: 'nobody' });
  pipe.event('gone', { reason: 'expired' });
  await followed;
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ token: 'Bearer t1', accept: 'text/event-stream' });
  expect(asked[0].signal.aborted).toBe(true);
  expect(types(events)).toEqual(['snapshot', 'line', 'state', 'progress', 'receipt', 'expired']);
  expect(events[1]).toEqual({ type: 'line', line: { role: 'caller', text: 'hi', final: true, at: 7 } });
});

test.each([
  [403, 'refused'],
  [404, 'unknown'],
])('ends with %i', async (status, trouble) => {
  const { asked, events, followed } = meshOf([{ status }]);
  await followed;
  expect(types(events)).toEqual([trouble]);
  expect(asked).toHaveLength(1);
});

test.each([
  ['The handoff was deleted on request.', 'deleted'],
  ['The handoff expired at noon.', 'expired'],
])('knows by %j what became of it', async (detail, trouble) => {
  const { events, followed } = meshOf([{ status: 410, body: { detail } }]);
  await followed;
  expect(types(events)).toEqual([trouble]);
});

test('asks once more with the renewed token when the first is refused', async () => {
  const { asked, events, followed } = meshOf([{ status: 401 }, { status: 401 }], ['t1', 't2']);
  await followed;
  expect(asked.map(({ token }) => token)).toEqual(['Bearer t1', 'Bearer t2']);
  expect(types(events)).toEqual(['refused']);
});

test('waits longer with each failure, and at least as long as it is asked to', async () => {
  const { pauses, events, followed } = meshOf([
    { status: 503 },
    { status: 503 },
    { status: 429, headers: { 'retry-after': '20' } },
    { status: 503 },
  ]);
  await followed;
  expect(pauses).toEqual([1000, 2000, 20_000, 8000]);
  expect(new Set(types(events))).toEqual(new Set(['away']));
});

test('begins anew with short pauses after a success', async () => {
  const pipe = new Pipe();
  pipe.event('snapshot', SNAPSHOT);
  pipe.fail();
  const { pauses, followed } = meshOf([DOWN, pipe, DOWN]);
  await followed;
  expect(pauses).toEqual([1000, 1000, 2000]);
});

test('comes back after the pause that the stream names when it ends in order', async () => {
  const pipe = new Pipe();
  pipe.write('retry: 4000\n\n');
  pipe.event('snapshot', SNAPSHOT);
  pipe.end();
  const { asked, pauses, events, followed } = meshOf([pipe]);
  await followed;
  expect(asked[1].accept).toBe('text/event-stream');
  expect(pauses[0]).toBe(6000);
  expect(types(events)).toEqual(['snapshot']);
});

test('asks again and again when streams fail twice, and tries a stream again later', async () => {
  const polls: Reply[] = Array.from({ length: 20 }, () => ({ status: 200, body: SNAPSHOT }));
  const { asked, pauses, events, followed } = meshOf([DOWN, DOWN, ...polls]);
  await followed;
  const accepts = asked.map(({ accept }) => (accept === 'application/json' ? 'poll' : 'stream'));
  expect(accepts).toEqual(['stream', 'stream', ...Array(20).fill('poll'), 'stream']);
  expect(pauses[2]).toBe(3600);
  expect(events[2]).toMatchObject({ type: 'snapshot', by: 'polled' });
});

test('polls at once where something answers without a stream', async () => {
  const { asked, pauses, followed } = meshOf([
    { status: 200, body: SNAPSHOT },
    { status: 200, body: SNAPSHOT },
  ]);
  await followed;
  expect(asked.map(({ accept }) => accept)).toEqual(['text/event-stream', 'application/json', 'application/json']);
  expect(pauses[0]).toBe(0);
});

test('takes a snapshot that makes no sense for a failure', async () => {
  const pipe = new Pipe();
  pipe.event('snapshot', { hello: 'world' });
  const { events, followed } = meshOf([pipe]);
  await followed;
  expect(types(events)).toEqual(['away']);
});

test('waits where the call is with the agent and has nothing to show yet', async () => {
  const { pauses, events, followed } = meshOf([{ status: 425, headers: { 'retry-after': '1' } }, { status: 404 }]);
  await followed;
  expect(pauses).toEqual([3000]);
  expect(types(events)).toEqual(['unknown']);
});

test('closes its connection at its end, and says nothing more', async () => {
  const pipe = new Pipe();
  const { live, asked, events, followed } = meshOf([pipe]);
  await Promise.resolve();
  live.end();
  pipe.event('snapshot', SNAPSHOT);
  pipe.fail();
  await followed;
  expect(asked[0].signal.aborted).toBe(true);
  expect(events).toEqual([]);
});
