import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer of the Handoff API's live view. */
export type Answer =
  | { status: 200; snapshot: object }
  | { status: number; detail: string; retryAfter?: number };

/**
 * Handoff-service as a browser sees it, for what a running mesh cannot be brought to do at a wish:
 * to have expired, to be broken, to refuse. One worker's token is known to it.
 */
export class FakeMesh {
  static readonly TOKEN = 'flex-token';

  private readonly server: Server;
  private readonly given = new Map<string, Answer>();
  private readonly asked = new Map<string, number>();
  private readonly streams = new Map<string, Set<ServerResponse>>();

  private constructor() {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  static async start(): Promise<FakeMesh> {
    const mesh = new FakeMesh();
    await new Promise<void>((resolve) => mesh.server.listen(0, '127.0.0.1', resolve));
    return mesh;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on, for one id. */
  answers(id: string, answer: Answer): void {
    this.given.set(id, answer);
  }

  /** An event for whoever listens to an id. */
  tell(id: string, type: string, data: object): void {
    this.write(id, `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** The text of a stream, for whoever listens to an id. */
  write(id: string, text: string): void {
    this.streams.get(id)?.forEach((stream) => stream.write(text));
  }

  /** Fulfilled when somebody stops listening to an id. */
  async left(id: string): Promise<void> {
    await Promise.race([...(this.streams.get(id) ?? [])].map((stream) => once(stream, 'close')));
  }

  /** How often an id has been asked for. */
  times(id: string): number {
    return this.asked.get(id) ?? 0;
  }

  /** How many listen to an id. */
  listeners(id: string): number {
    return this.streams.get(id)?.size ?? 0;
  }

  /** Breaks every connection and takes no other until the end. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('access-control-allow-origin', request.headers.origin ?? 'null');
    response.setHeader('access-control-allow-headers', 'authorization');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const url = new URL(request.url ?? '/', this.url);
    const id = url.searchParams.get('id') ?? '';
    this.asked.set(id, this.times(id) + 1);
    const authorized = request.headers.authorization === `Bearer ${FakeMesh.TOKEN}`;
    this.give(id, authorized ? this.given.get(id) : { status: 401, detail: 'no such worker' }, request, response);
  }

  private give(id: string, answer: Answer | undefined, request: IncomingMessage, response: ServerResponse): void {
    if (answer === undefined || !('snapshot' in answer)) {
      problem(response, answer ?? { status: 404, detail: 'There is no handoff.' });
    } else if (request.headers.accept === 'text/event-stream') {
      this.stream(id, answer.snapshot, response);
    } else {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer.snapshot));
    }
  }

  private stream(id: string, snapshot: object, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 2000\n\nevent: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`);
    const streams = this.streams.get(id) ?? new Set();
    this.streams.set(id, streams.add(response));
    response.on('close', () => streams.delete(response));
  }
}

function problem(response: ServerResponse, answer: Exclude<Answer, { snapshot: object }>): void {
  if (answer.retryAfter !== undefined) {
    response.setHeader('retry-after', String(answer.retryAfter));
  }
  response
    .writeHead(answer.status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ status: answer.status, detail: answer.detail }));
}
