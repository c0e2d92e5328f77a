import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { WebSocketServer, type WebSocket } from 'ws';

/** Half a second of a tone in mu-law: a square wave of 400 Hz. */
const SOUND = Buffer.from(Array.from({ length: 4000 }, (_, index) => (Math.floor(index / 10) % 2 === 0 ? 0x9f : 0x1f)));

interface Message {
  type: string;
  conversation_id?: string;
  call_sid?: string;
  accepted?: boolean;
}

/** A voice agent (docs/agent-protocols.md, callmesh v1) that says and does what a test wants. */
export class Agent {
  private socket?: WebSocket;
  private waiting: { accepts: (message: Message) => boolean; resolve: (message: Message) => void }[] = [];

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (socket) => {
      this.socket = socket;
      socket.on('message', (data, binary) => {
        if (!binary) {
          this.heard(JSON.parse(String(data)) as Message);
        }
      });
    });
  }

  static async listen(): Promise<Agent> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      handleProtocols: () => 'callmesh.agent.v1',
    });
    await once(server, 'listening');
    return new Agent(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** The next call. */
  async nextSession(): Promise<{ conversationId: string; callSid: string }> {
    const start = await this.next((message) => message.type === 'session.start');
    this.socket?.send(SOUND);
    return { conversationId: String(start.conversation_id), callSid: String(start.call_sid) };
  }

  /** Somebody said something. */
  transcript(role: 'caller' | 'agent', text: string, final = true): void {
    this.send({ type: 'transcript', role, text, final });
  }

  /** Tells the mesh what it knows so far. */
  context(handoff: object): void {
    this.send({ type: 'context', context: { state: { handoff } } });
  }

  /** Hands the call over; fulfilled when the mesh has taken it. */
  async handOff(handoff: object, more: object = {}): Promise<void> {
    const result = this.next((message) => message.type === 'handoff.result');
    this.send({ type: 'handoff', destination: 'billing', reason: 'needs_human', ...more, context: { state: { handoff } } });
    const { accepted } = await result;
    if (accepted !== true) {
      throw new Error(`the handoff was not accepted: ${JSON.stringify(await result)}`);
    }
  }

  /** Ends the call. */
  hangUp(): void {
    this.send({ type: 'hangup' });
  }

  async close(): Promise<void> {
    this.server.clients.forEach((client) => client.terminate());
    this.server.close();
    await once(this.server, 'close');
  }

  private send(message: object): void {
    this.socket?.send(JSON.stringify(message));
  }

  private next(accepts: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => this.waiting.push({ accepts, resolve }));
  }

  private heard(message: Message): void {
    this.waiting
      .filter(({ accepts }) => accepts(message))
      .forEach((waiter) => {
        this.waiting = this.waiting.filter((other) => other !== waiter);
        waiter.resolve(message);
      });
  }
}
