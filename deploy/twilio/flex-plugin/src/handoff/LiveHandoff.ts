import { EventStreamParser, ServerSentEvent } from './EventStreamParser';
import { Json, JsonObject, handoffOf, isObject, lineOf, parseJson, progressOf, receiptOf } from './model';
import { backOff, retryAfter } from './pauses';
import { HandoffEvent, Trouble } from './view';

/** What the outside gives, so that a test can give something else. */
export interface Surroundings {
  fetch: typeof fetch;
  /** The worker's Flex token, asked for at each request, because Flex renews it. */
  token(): string;
  /** 0 to 1. */
  random(): number;
  now(): number;
  /** Waits so many milliseconds; ends early, without an error, when the signal is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** How an attempt ended: what to do next. */
type Next =
  | { go: 'stop' }
  | { go: 'soon'; ms: number }
  | { go: 'later'; least: number };

const STOP: Next = { go: 'stop' };
const AT_ONCE: Next = { go: 'soon', ms: 0 };

const ANSWER_LIMIT_MS = 10_000;
/** The mesh sends a comment every 15 s. */
const SILENCE_LIMIT_MS = 45_000;
const POLL_MS = 3000;
const RECONNECT_MS = 2000;
/** So many streams in a row may fail before the panel asks again and again instead. */
const MOST_BROKEN_STREAMS = 2;
/** Then a stream is tried again, beside the polls: what stood in its way may have gone. */
const POLLS_PER_STREAM = 20;
/** So long a handoff that is not known may still become known: a task can be quicker than the mesh's store. */
const UNKNOWN_LIMIT_MS = 60_000;

/**
 * Follows one handoff: `GET /v1/handoff_state/live` as a stream of server-sent events, which
 * `EventSource` cannot read, because it sends no `Authorization`. When streams fail twice in a row,
 * or one says nothing, it asks for the snapshot every three seconds, and now and then tries a stream
 * beside that.
 *
 * A network error, 5xx and 429 are tried again, with growing pauses and not before `Retry-After`;
 * 404 for a minute; 401 once, with the token read again; 403 and 410 end it. Nothing is thrown.
 */
export class LiveHandoff {
  private readonly ended = new AbortController();
  private brokenStreams = 0;
  private polls = 0;
  private failures = 0;
  private reconnectMs = RECONNECT_MS;
  private refusedToken?: string;
  /** Since when the mesh says that it knows nothing. */
  private unknownSince?: number;
  /** The stream that is tried while polls go on. */
  private trial?: Trial;

  constructor(
    private readonly url: string,
    private readonly around: Surroundings,
    private readonly emit: (event: HandoffEvent) => void,
  ) {}

  /** Begins; the promise is fulfilled when it has ended. */
  async follow(): Promise<void> {
    while (!this.ended.signal.aborted) {
      const next = await this.attempt();
      if (next.go === 'stop') {
        this.end();
      } else if (!this.ended.signal.aborted) {
        await this.pause(next);
      }
    }
  }

  /** Ends it, and its connection. */
  end(): void {
    this.ended.abort();
  }

  private async pause(next: Exclude<Next, { go: 'stop' }>): Promise<void> {
    const ms =
      next.go === 'soon' ? next.ms : Math.max(next.least, backOff(this.failures, this.around.random()));
    await this.around.pause(ms, this.ended.signal);
  }

  private attempt(): Promise<Next> {
    if (this.trial?.connection.spoke) {
      const { over } = this.trial;
      this.trial = undefined;
      return over;
    }
    if (this.brokenStreams < MOST_BROKEN_STREAMS) {
      return this.ask(new Connection('stream', this.ended.signal));
    }
    if (this.polls >= POLLS_PER_STREAM && this.trial === undefined) {
      this.tryStream();
    }
    return this.ask(new Connection('poll', this.ended.signal));
  }

  /** What comes of it counts only once it has spoken; until then the polls say how things are. */
  private tryStream(): void {
    this.polls = 0;
    const connection = new Connection('trial', this.ended.signal);
    const over = this.ask(connection).then((next) => {
      if (!connection.spoke) {
        this.trial = undefined;
      }
      return next;
    });
    this.trial = { connection, over };
  }

  private async ask(connection: Connection): Promise<Next> {
    try {
      const token = this.around.token();
      connection.limit(ANSWER_LIMIT_MS);
      const response = await this.around.fetch(this.url, {
        headers: {
          authorization: `Bearer ${token}`,
          accept: connection.purpose === 'poll' ? 'application/json' : 'text/event-stream',
        },
        cache: 'no-store',
        credentials: 'omit',
        signal: connection.signal,
      });
      if (!response.ok) {
        return this.counts(connection) ? await this.refused(response, token) : AT_ONCE;
      }
      this.refusedToken = undefined;
      return connection.purpose === 'poll'
        ? await this.polled(response, connection)
        : await this.streamed(response, connection);
    } catch {
      return this.broken(connection);
    } finally {
      connection.close();
    }
  }

  /** Whether what comes of a connection decides what is next: there may be two, and one of them silent. */
  private counts({ purpose, spoke }: Connection): boolean {
    return purpose === 'trial' ? spoke : purpose === 'stream' || !this.trial?.connection.spoke;
  }

  private broken(connection: Connection): Next {
    if (!this.counts(connection)) {
      return AT_ONCE;
    }
    if (connection.purpose === 'poll') {
      return this.failed();
    }
    if (connection.late && !connection.spoke) {
      // something in between holds the stream back; whether the mesh is away, a poll tells
      this.brokenStreams = MOST_BROKEN_STREAMS;
      return AT_ONCE;
    }
    this.brokenStreams += 1;
    return this.failed();
  }

  private failed(least = 0): Next {
    if (this.ended.signal.aborted) {
      return STOP;
    }
    this.failures += 1;
    this.trouble('away');
    return { go: 'later', least };
  }

  private async polled(response: Response, connection: Connection): Promise<Next> {
    const value = parseJson(await response.text());
    if (!this.counts(connection)) {
      return AT_ONCE;
    }
    this.snapshot(value, 'polled');
    this.polls += 1;
    return { go: 'soon', ms: Math.round(POLL_MS * (0.8 + this.around.random() * 0.4)) };
  }

  private async streamed(response: Response, connection: Connection): Promise<Next> {
    const type = response.headers.get('content-type') ?? '';
    if (!type.startsWith('text/event-stream') || !response.body) {
      // something between us and the mesh does not let streams through
      this.brokenStreams = MOST_BROKEN_STREAMS;
      return AT_ONCE;
    }
    const gone = await this.read(response.body, connection);
    if (gone) {
      return STOP;
    }
    if (!connection.spoke) {
      return this.broken(connection);
    }
    // an orderly end: the mesh restarts, or a proxy thinks that it took long enough
    return { go: 'soon', ms: this.reconnectMs * (0.5 + this.around.random()) };
  }

  /** Whether the handoff is gone. */
  private async read(body: ReadableStream<Uint8Array>, connection: Connection): Promise<boolean> {
    let gone = false;
    const parser = new EventStreamParser({
      onEvent: (event) => {
        gone = this.event(event, connection) || gone;
      },
      onRetry: (ms) => {
        this.reconnectMs = Math.min(Math.max(ms, 500), 60_000);
      },
    });
    const decoder = new TextDecoder();
    const reader = body.getReader();
    while (!gone) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      parser.feed(decoder.decode(value, { stream: true }));
      if (connection.spoke) {
        connection.limit(SILENCE_LIMIT_MS);
      }
    }
    return gone;
  }

  /** Whether it was the last. */
  private event({ type, data }: ServerSentEvent, connection: Connection): boolean {
    const value = parseJson(data);
    if (type === 'gone') {
      connection.spoke = true;
      this.trouble(gone(value));
      return true;
    }
    if (type === 'snapshot') {
      this.snapshot(value, 'live');
      connection.spoke = true;
      return false;
    }
    const change = changeOf(type, value);
    if (change) {
      this.tell(change);
    }
    return false;
  }

  private snapshot(value: unknown, by: 'live' | 'polled'): void {
    const handoff = handoffOf(value);
    if (!handoff) {
      throw new Error('not a snapshot');
    }
    this.failures = 0;
    this.unknownSince = undefined;
    if (by === 'live') {
      this.brokenStreams = 0;
    }
    this.tell({ type: 'snapshot', handoff, by });
  }

  private async refused(response: Response, token: string): Promise<Next> {
    const wish = retryAfter(response.headers.get('retry-after'), this.around.now());
    switch (response.status) {
      case 401:
        return this.unauthorized(token);
      case 403:
        return this.trouble('refused');
      case 404:
        return this.unknown(wish);
      case 410:
        return this.trouble(gone(await problem(response)));
      case 425: // with the agent, and nothing to show yet
        this.unknownSince = undefined;
        return { go: 'soon', ms: Math.max(wish, POLL_MS) };
      default:
        return this.failed(wish);
    }
  }

  /** Flex may have renewed the token since it was read: one more attempt, with what it is then. */
  private unauthorized(token: string): Next {
    if (this.refusedToken !== undefined) {
      this.refusedToken = undefined;
      return this.trouble('refused');
    }
    this.refusedToken = token;
    return { go: 'soon', ms: this.around.token() === token ? RECONNECT_MS : 0 };
  }

  /** What was announced inline, or to the task before the store, is known a moment later. */
  private unknown(least: number): Next {
    const now = this.around.now();
    this.unknownSince ??= now;
    if (now - this.unknownSince >= UNKNOWN_LIMIT_MS) {
      return this.trouble('unknown');
    }
    this.failures += 1;
    this.tell({ type: 'again' }); // the mesh is there, and nothing final is said
    return { go: 'later', least };
  }

  private trouble(trouble: Trouble): Next {
    this.tell({ type: 'trouble', trouble });
    return STOP;
  }

  private tell(event: HandoffEvent): void {
    if (!this.ended.signal.aborted) {
      this.emit(event);
    }
  }
}

/** A stream that is tried, and what comes of it once it has spoken. */
interface Trial {
  connection: Connection;
  over: Promise<Next>;
}

/** One request: aborted by its owner's end, or when nothing comes in time. */
class Connection {
  /** Whether a stream has told what the handoff is. */
  spoke = false;
  /** Whether it was aborted because nothing came. */
  late = false;

  private readonly own = new AbortController();
  private readonly abort = () => this.own.abort();
  private timer?: ReturnType<typeof setTimeout>;

  constructor(
    readonly purpose: 'stream' | 'poll' | 'trial',
    private readonly outer: AbortSignal,
  ) {
    outer.addEventListener('abort', this.abort);
  }

  get signal(): AbortSignal {
    return this.own.signal;
  }

  /** From now, in place of an earlier limit. */
  limit(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.late = true;
      this.abort();
    }, ms);
  }

  close(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.abort);
    this.abort();
  }
}

function changeOf(type: string, value: unknown): HandoffEvent | undefined {
  switch (type) {
    case 'transcript': {
      const line = lineOf(value);
      return line && { type: 'line', line };
    }
    case 'state': {
      const data = isObject(value) ? value.data : undefined;
      return isObject(data) ? { type: 'state', data } : undefined;
    }
    case 'status': {
      const progress = progressOf(value);
      return progress && { type: 'progress', progress };
    }
    case 'receipt': {
      const receipt = receiptOf(value);
      return receipt && { type: 'receipt', receipt };
    }
    default:
      return undefined;
  }
}

/** Which of the two, by whatever member says it. */
function gone(value: unknown): Trouble {
  const words: Json[] = isObject(value) ? Object.values(value) : [];
  return words.some((word) => typeof word === 'string' && /\bdeleted\b/i.test(word)) ? 'deleted' : 'expired';
}

async function problem(response: Response): Promise<JsonObject> {
  try {
    const value = parseJson(await response.text());
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The browser's. */
export function browser(token: () => string): Surroundings {
  return {
    fetch: (input, init) => window.fetch(input, init),
    token,
    random: Math.random,
    now: () => Date.now(),
    pause: (ms, signal) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener('abort', end, { once: true });
      }),
  };
}
