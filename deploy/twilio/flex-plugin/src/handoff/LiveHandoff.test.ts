/** @jest-environment node */
import { LiveHandoff, Surroundings, browser } from './LiveHandoff';
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

type Answer = Pipe | { status: number; body?: unknown; headers?: Record<string, string>; type?: string };

type Reply = Answer | Error | Promise<Answer>;

const SNAPSHOT = { id: 'conv-1', status: 'waiting', since: 5, data: { a: 1 }, transcript: [], receipts: [] };

function response(reply: Answer): Response {
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

/** A mesh that answers as it is told, one request after the other, and then stays silent; time passes in pauses. */
function meshOf(replies: Reply[], tokens: string[] = ['t1'], heard: (event: HandoffEvent) => void = () => undefined) {
  let now = 0;
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
      const answer = await reply;
      if (answer instanceof Pipe) {
        init.signal?.addEventListener('abort', () => answer.fail());
      }
      return response(answer);
    }) as unknown as typeof fetch,
    token: () => (tokens.length > 1 ? (tokens.shift() as string) : tokens[0]),
    random: () => 1,
    now: () => now,
    pause: async (ms) => {
      pauses.push(ms);
      now += ms;
    },
  };
  const live = new LiveHandoff('https://mesh/v1/handoff_state/live?id=conv-1', around, (event) => {
    events.push(event);
    heard(event);
  });
  return { live, asked, pauses, events, followed: live.follow() };
}

function types(events: HandoffEvent[]): string[] {
  return events.map((event) => (event.type === 'trouble' ? event.trouble : event.type));
}

/** Lets everything happen that waits for nothing but its turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 2000; turn += 1) {
    await Promise.resolve();
  }
}

const POLL: Reply = { status: 200, body: SNAPSHOT };

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

test('ends when it may not be read', async () => {
  const { asked, events, followed } = meshOf([{ status: 403 }]);
  await followed;
  expect(types(events)).toEqual(['refused']);
  expect(asked).toHaveLength(1);
});

test('gives what is not known a minute to become so', async () => {
  const { pauses, events, followed } = meshOf(Array(20).fill({ status: 404 }));
  await followed;
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000]);
  expect(types(events)).toEqual([...Array(6).fill('again'), 'unknown']);
});

test('shows what became known within that minute, and gives it another one later', async () => {
  const pipe = new Pipe();
  pipe.event('snapshot', SNAPSHOT);
  pipe.fail();
  const unknown: Reply[] = Array(5).fill({ status: 404 });
  const { events, followed } = meshOf([...unknown, pipe, ...unknown, { status: 403 }]);
  await followed;
  const again = Array(5).fill('again');
  expect(types(events)).toEqual([...again, 'snapshot', 'away', ...again, 'refused']);
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
  const { asked, pauses, events, followed } = meshOf([DOWN, DOWN, ...Array<Reply>(20).fill(POLL)]);
  await followed;
  expect(asked.slice(0, 23).map(waysOf)).toEqual(['stream', 'stream', ...Array(20).fill('poll'), 'stream']);
  expect(pauses[2]).toBe(3600);
  expect(events[2]).toMatchObject({ type: 'snapshot', by: 'polled' });
});

function waysOf({ accept }: Asked): string {
  return accept === 'application/json' ? 'poll' : 'stream';
}

test('goes on asking while a new stream is silent', async () => {
  const silent = new Pipe();
  const replies = [DOWN, DOWN, ...Array<Reply>(20).fill(POLL), silent, POLL, POLL, POLL];
  const { asked, events, followed } = meshOf(replies);
  await followed;
  expect(asked.slice(22, 26).map(waysOf)).toEqual(['stream', 'poll', 'poll', 'poll']);
  expect(types(events)).toEqual(['away', 'away', ...Array(23).fill('snapshot')]);
  expect(asked[22].signal.aborted).toBe(true);
});

test.each<[string, Reply]>([
  ['is refused', { status: 503 }],
  ['fails', DOWN],
  ['is no stream', POLL],
  ['ends without a word', ended()],
])('goes on asking, and says nothing, when a new stream %s', async (_how, reply) => {
  const { asked, events, followed } = meshOf([DOWN, DOWN, ...Array<Reply>(20).fill(POLL), reply, POLL, POLL]);
  await followed;
  expect(asked.slice(22, 25).map(waysOf)).toEqual(['stream', 'poll', 'poll']);
  expect(types(events)).toEqual(['away', 'away', ...Array(22).fill('snapshot')]);
});

test.each<[string, Answer]>([
  ['old news', { status: 200, body: SNAPSHOT }],
  ['a refusal', { status: 410 }],
  ['trouble', { status: 503 }],
])('follows a new stream once it has spoken, and takes no %s from a poll', async (_what, late) => {
  const pipe = new Pipe();
  let answer: (reply: Answer) => void = () => undefined;
  const held = new Promise<Answer>((resolve) => {
    answer = resolve;
  });
  const { asked, events, followed } = meshOf([DOWN, DOWN, ...Array<Reply>(20).fill(POLL), pipe, held]);
  await settled();
  expect(asked).toHaveLength(24);
  pipe.event('snapshot', SNAPSHOT);
  await settled();
  answer(late);
  await settled();
  pipe.event('transcript', { role: 'caller', text: 'hi', final: true });
  pipe.event('gone', { reason: 'deleted' });
  await followed;
  expect(events[22]).toMatchObject({ type: 'snapshot', by: 'live' });
  expect(types(events).slice(22)).toEqual(['snapshot', 'line', 'deleted']);
  expect(asked).toHaveLength(24);
});

function ended(): Pipe {
  const pipe = new Pipe();
  pipe.end();
  return pipe;
}

test('takes a stream that ends without a snapshot for a failure', async () => {
  const { asked, events, followed } = meshOf([ended(), ended(), POLL]);
  await followed;
  expect(asked.slice(0, 3).map(waysOf)).toEqual(['stream', 'stream', 'poll']);
  expect(types(events)).toEqual(['away', 'away', 'snapshot']);
});

describe('with a clock', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const later = async (ms: number) => {
    await settled();
    jest.advanceTimersByTime(ms);
    await settled();
  };

  test('asks instead when a stream brings comments, but no snapshot, for ten seconds', async () => {
    const pipe = new Pipe();
    const { asked, events } = meshOf([pipe, POLL]);
    pipe.write(': hello\n\n');
    await later(6000);
    pipe.write(': still here\n\n');
    await later(3999);
    expect(asked).toHaveLength(1);
    await later(1);
    expect(asked.slice(0, 2).map(waysOf)).toEqual(['stream', 'poll']);
    expect(types(events)).toEqual(['snapshot']);
  });

  test('lets a stream be silent for longer once it has spoken', async () => {
    const pipe = new Pipe();
    const { asked } = meshOf([pipe]);
    pipe.event('snapshot', SNAPSHOT);
    await later(44_999);
    expect(asked).toHaveLength(1);
    await later(1);
    expect(asked.length).toBeGreaterThan(1);
  });

  test('leaves nothing behind on a signal after a pause', async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, 'removeEventListener');
    const pause = browser(() => 't').pause(1000, signal);
    jest.advanceTimersByTime(1000);
    await pause;
    expect(removed).toHaveBeenCalledTimes(1);
  });
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
  const { pauses, events, followed } = meshOf([{ status: 425, headers: { 'retry-after': '1' } }, { status: 403 }]);
  await followed;
  expect(pauses).toEqual([3000]);
  expect(types(events)).toEqual(['refused']);
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

test('says nothing of what came in the same piece as its end', async () => {
  const pipe = new Pipe();
  const mesh = meshOf([pipe], ['t1'], () => mesh.live.end());
  const line = { role: 'caller', text: 'hi', final: true };
  pipe.write(`event: snapshot\ndata: ${JSON.stringify(SNAPSHOT)}\n\nevent: transcript\ndata: ${JSON.stringify(line)}\n\n`);
  await mesh.followed;
  expect(types(mesh.events)).toEqual(['snapshot']);
});
