import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './freePort.ts';

const TWILIO = join(__dirname, '..');
const START_LIMIT_MS = 60_000;

/**
 * Twilio's own local runner with the Functions of a folder. It checks no signature: a Function whose
 * name says `protected` can be called by anybody here, and by Twilio alone in the cloud.
 */
export class Runner {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /**
   * @param project a folder with a folder `functions`
   * @param variables what Functions find in their context
   */
  static async start(project: string, variables: Record<string, string>): Promise<Runner> {
    const folder = mkdtempSync(join(tmpdir(), 'callmesh-functions-'));
    const file = join(folder, 'variables.env');
    writeFileSync(file, Object.entries(variables).map(([name, value]) => `${name}=${value}\n`).join(''));
    const port = await freePort();
    const started = spawn(
      process.execPath,
      [join(TWILIO, 'node_modules', 'twilio-run', 'bin', 'twilio-run'), 'start', '--cwd', project, '--env', file, '--port', String(port)],
      { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    try {
      await listening(started, port);
    } catch (failure) {
      started.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw failure;
    }
    return new Runner(`http://localhost:${port}`, started, folder);
  }

  /** Calls a Function as Studio does. */
  async run(name: string, parameters: Record<string, string>): Promise<{ status: number; type: string; body: string }> {
    const response = await fetch(`${this.url}/${name}`, { method: 'POST', body: new URLSearchParams(parameters) });
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.text() };
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Fulfilled when it says that it listens; fails with what it said when it ends, or does not in time. */
async function listening(started: ChildProcess, port: number): Promise<void> {
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const end = (answer: () => void): void => {
      clearTimeout(timer);
      answer();
    };
    const timer = setTimeout(
      () => end(() => reject(new Error(`twilio-run did not start: ${said.join('')}`))),
      START_LIMIT_MS,
    );
    const hear = (text: Buffer): void => {
      said.push(text.toString());
      if (said.join('').includes(`localhost:${port}`)) {
        end(resolve);
      }
    };
    started.stdout?.on('data', hear);
    started.stderr?.on('data', hear);
    started.on('error', (failure) => end(() => reject(failure)));
    started.on('exit', (code) => end(() => reject(new Error(`twilio-run ended with ${code}: ${said.join('')}`))));
  });
}
