/** One server-sent event. */
export interface ServerSentEvent {
  type: string;
  data: string;
}

/** Who is told of what a stream says. */
export interface EventStreamListener {
  onEvent(event: ServerSentEvent): void;
  /** The server wishes another pause before a reconnection, in milliseconds. */
  onRetry(ms: number): void;
}

/**
 * Reads an event stream (WHATWG HTML, "Server-sent events") from pieces cut anywhere, also inside a
 * line end. Comments and ids are ignored: there is nothing to resume, each connection begins with a
 * snapshot. Throws when an event grows over the limit, since nobody bounds what a broken proxy sends.
 */
export class EventStreamParser {
  private rest = '';
  private first = true;
  private afterCarriageReturn = false;
  private type = '';
  private data: string[] = [];
  private size = 0;

  constructor(
    private readonly listener: EventStreamListener,
    private readonly limit = 1024 * 1024,
  ) {}

  /** Takes the next piece of text. */
  feed(piece: string): void {
    let text = piece;
    if (this.afterCarriageReturn && text.startsWith('\n')) {
      text = text.slice(1); // the second half of a CRLF that was cut
    }
    if (piece !== '') {
      this.afterCarriageReturn = text.endsWith('\r');
    }
    const lines = (this.rest + text).split(/\r\n|\r|\n/);
    this.rest = lines.pop() ?? '';
    lines.forEach((line) => this.line(line));
    this.bound(this.rest.length);
  }

  private line(line: string): void {
    const content = this.first ? line.replace(/^\uFEFF/, '') : line;
    this.first = false;
    if (content === '') {
      this.dispatch();
      return;
    }
    const colon = content.indexOf(':');
    const field = colon < 0 ? content : content.slice(0, colon);
    const value = colon < 0 ? '' : content.slice(colon + 1).replace(/^ /, '');
    this.field(field, value);
  }

  private field(field: string, value: string): void {
    if (field === 'event') {
      this.type = value;
    } else if (field === 'data') {
      this.data.push(value);
      this.size += value.length;
      this.bound(this.size);
    } else if (field === 'retry' && /^\d{1,9}$/.test(value)) {
      this.listener.onRetry(Number(value));
    }
  }

  private dispatch(): void {
    const event = { type: this.type || 'message', data: this.data.join('\n') };
    const something = this.data.length > 0;
    this.type = '';
    this.data = [];
    this.size = 0;
    if (something) {
      this.listener.onEvent(event);
    }
  }

  private bound(size: number): void {
    if (size > this.limit) {
      throw new Error(`an event is longer than ${this.limit} characters`);
    }
  }
}
