import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Agent } from './agent.ts';
import { freePort } from './freePort.ts';

const REPOSITORY = join(__dirname, '..', '..', '..');
const ACCOUNT = 'AC00000000000000000000000000000001';
const AUTH_TOKEN = 'auth-token-of-the-test';
const API_KEY = 'an-api-key-that-is-long-enough-for-a-test';
const NUMBER = '+15550100000';
const PROJECT = 'demo';
const START_LIMIT_MS = 90_000;

/**
 * A whole mesh in a process of its own (`./callmesh up`), an agent that does what the test says, and
 * a Twilio that knows one Flex worker.
 */
export class Mesh {
  static readonly TOKEN = 'flex-token-of-the-worker';
  static readonly KEY = API_KEY;

  private readonly calls: ChildProcess[] = [];
  private stopped = false;

  private constructor(
    readonly url: string,
    readonly agent: Agent,
    private readonly process: ChildProcess,
    private readonly iam: Server,
    private readonly data: string,
  ) {}

  /**
   * Starts it, and leads a number to the agent.
   *
   * @param origin whose scripts may read handoffs
   */
  static async start(origin: string): Promise<Mesh> {
    const agent = await Agent.listen();
    const iam = await twilioIam();
    const data = mkdtempSync(join(tmpdir(), 'callmesh-flex-'));
    let started: ChildProcess | undefined;
    try {
      started = spawn(join(REPOSITORY, 'callmesh'), ['up'], {
        env: { ...process.env, ...(await settings(origin, data, `http://127.0.0.1:${(iam.address() as AddressInfo).port}`)) },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const mesh = new Mesh(await urlOf(started), agent, started, iam, data);
      await mesh.connect();
      return mesh;
    } catch (failure) {
      await (started && stop(started));
      iam.close();
      await agent.close();
      rmSync(data, { recursive: true, force: true });
      throw failure;
    }
  }

  /** Somebody calls, and stays on the line for two minutes at most. The agent has the call then. */
  async call(): Promise<{ conversationId: string; callSid: string }> {
    const session = this.agent.nextSession();
    const recording = join(this.data, `call-${this.calls.length}.wav`);
    const caller = spawn(
      join(REPOSITORY, 'callmesh'),
      ['call', '--url', this.url, '--to', NUMBER, '--from', '+14155550142', '--record', recording],
      { env: { ...process.env, TWILIO_AUTH_TOKEN: AUTH_TOKEN, CALLMESH_TWILIO_ACCOUNTS: accounts() }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.calls.push(caller);
    return Promise.race([session, failed(caller)]);
  }

  /** A request to the mesh's API, with the key. */
  async api(method: string, path: string, body?: object): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: { 'x-api-key': API_KEY, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** Ends it and the calls; a second time does nothing. */
  async stop(): Promise<void> {
    if (this.stopped) {
      return;
    }
    this.stopped = true;
    const ended = [...this.calls, this.process].map(stop);
    await Promise.all(ended);
    await this.agent.close();
    this.iam.closeAllConnections();
    this.iam.close();
    rmSync(this.data, { recursive: true, force: true });
  }

  private async connect(): Promise<void> {
    const telephony = `/v1/agents/${PROJECT}/telephony`;
    const connector = await this.made(`${telephony}/connectors`, {
      name: 'flex',
      accountId: 'acme',
      clientEnv: 'sandbox',
      asrLangCode: 'en-US',
      ttsLangCode: 'en-US',
      agent: { protocol: 'callmesh', url: this.agent.url, audio: { encoding: 'mulaw', sampleRate: 8000 } },
      destinations: [{ name: 'billing', method: 'flex', route: 'WW00000000000000000000000000000000' }],
      sensitiveFields: ['card_number'],
    });
    await this.made(`${telephony}/phone-numbers`, { phoneNumbers: [NUMBER], connectorId: connector.connectorId });
  }

  private async made(path: string, body: object): Promise<{ connectorId?: string }> {
    const response = await this.api('POST', path, body);
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
    return (await response.json()) as { connectorId?: string };
  }
}

async function settings(origin: string, data: string, iam: string): Promise<Record<string, string>> {
  return {
    // not 0: the URL that webhooks are signed for has it
    CALLMESH_PORT: String(await freePort()),
    CALLMESH_MANAGEMENT_PORT: '0',
    CALLMESH_DATA: data,
    CALLMESH_TWILIO_ACCOUNTS: accounts(),
    CALLMESH_ADMIN_API_KEY: API_KEY,
    CALLMESH_AGENT_ALLOW_PRIVATE_ADDRESSES: 'true',
    CALLMESH_FLEX_ACCOUNTS: JSON.stringify([{ accountSid: ACCOUNT, accountId: 'acme', roles: ['agent'] }]),
    CALLMESH_FLEX_IAM_URL: iam,
    CALLMESH_HANDOFF_CORS_ORIGINS: origin,
  };
}

function accounts(): string {
  return JSON.stringify([{ accountSid: ACCOUNT, authTokens: [AUTH_TOKEN] }]);
}

/** Fails when a call ends, with what the caller said of it. */
async function failed(caller: ChildProcess): Promise<never> {
  const said: string[] = [];
  caller.stdout?.on('data', (text: Buffer) => said.push(text.toString()));
  caller.stderr?.on('data', (text: Buffer) => said.push(text.toString()));
  await once(caller, 'exit');
  throw new Error(`the call ended before the agent had it: ${said.join('')}`);
}

/** What `./callmesh up` prints once it can be called. */
async function urlOf(started: ChildProcess): Promise<string> {
  const said: string[] = [];
  started.stderr?.on('data', (text: Buffer) => said.push(text.toString()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the mesh did not start: ${said.join('')}`)), START_LIMIT_MS);
    const end = (answer: () => void): void => {
      clearTimeout(timer);
      answer();
    };
    started.on('error', (failure) => end(() => reject(failure)));
    started.on('exit', (code) => end(() => reject(new Error(`the mesh ended with ${code}: ${said.join('')}`))));
    createInterface({ input: started.stdout! }).on('line', (line) => {
      said.push(`${line}\n`);
      const port = /Public port +(\d+)/.exec(line);
      if (port) {
        end(() => resolve(`http://localhost:${port[1]}`));
      }
    });
  });
}

/** Twilio's endpoint for Flex tokens, which knows one. */
async function twilioIam(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (text: Buffer) => (body += text.toString()));
    request.on('end', () => {
      const valid =
        request.url === `/v1/Accounts/${ACCOUNT}/Tokens/validate` &&
        request.headers.authorization === `Basic ${Buffer.from(`${ACCOUNT}:${AUTH_TOKEN}`).toString('base64')}` &&
        (JSON.parse(body) as { token: string }).token === Mesh.TOKEN;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(valid ? WORKER : NOBODY));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const WORKER = {
  valid: true,
  code: 0,
  message: null,
  expiration: '2099-01-01T00:00:00Z',
  realm_user_id: 'alice',
  identity: 'alice',
  roles: ['agent'],
  worker_sid: 'WK00000000000000000000000000000001',
};

const NOBODY = { valid: false, code: 1, message: 'token is invalid' };

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  child.kill('SIGTERM');
  await once(child, 'exit');
  clearTimeout(timer);
}
