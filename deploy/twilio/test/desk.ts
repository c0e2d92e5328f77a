import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { chromium, type Browser, type Page } from 'playwright-core';

const PLUGIN = join(__dirname, '..', 'flex-plugin');
const BUNDLE = join(PLUGIN, 'build', 'plugin-callmesh.js');

/** What Flex calls a task, as far as the plugin looks. */
export interface Task {
  attributes: Record<string, unknown>;
  /** Of the reservation. */
  sid?: string;
  status?: string;
  dateUpdated?: Date;
}

/** How a desktop is set up. */
export interface DeskSettings {
  /** Where the mesh is. */
  url: string;
  token: string;
  light?: boolean;
  highlights?: string[];
}

/**
 * The page that stands for Flex, which does not run without an account: React once, the global
 * `Twilio.Flex` that the build expects, and of its slots those that the plugin uses. A task is shown
 * by `desk.show(task)`.
 */
const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Desk</title>
<style>html, body, #panel { margin: 0; height: 100%; } #panel { position: fixed; inset: 0; }</style></head>
<body><main id="panel"></main>
<script src="/react.js"></script><script src="/react-dom.js"></script>
<script>
  const settings = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  const tabs = { Content: { add() {} } };
  let element;
  const manager = {
    user: { token: settings.token },
    configuration: { theme: { isLight: settings.light !== false } },
    serviceConfiguration: { ui_attributes: { callmesh: { url: settings.url, highlights: settings.highlights } } },
  };
  const flex = {
    CRMContainer: { Content: { replace(panel) { element = panel; } } },
    TaskCanvasTabs: tabs,
    Supervisor: { TaskCanvasTabs: tabs },
    Tab: () => null,
    withTaskContext: (component) => component,
    Plugins: { init(Plugin) { new Plugin().init(flex, manager); } },
  };
  window.Twilio = { Flex: flex };
  window.desk = {
    manager,
    show(task) { ReactDOM.render(React.cloneElement(element, { task }), document.getElementById('panel')); },
  };
</script>
<script src="/plugin.js"></script></body></html>`;

/** A browser with that page. */
export class Desk {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
  ) {}

  static async open(): Promise<Desk> {
    if (!existsSync(BUNDLE)) {
      throw new Error(`${BUNDLE} is missing: npm ci && npm run build in ${PLUGIN}`);
    }
    const server = serve();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
    return new Desk(server, browser);
  }

  /** The origin that the mesh sees. */
  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A page with the panel, and a task or none. */
  async page(settings: DeskSettings, task: Task | null, size = { width: 480, height: 900 }): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: size,
      deviceScaleFactor: 2,
      locale: 'en-US',
      timezoneId: 'UTC',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(`${this.origin}/#${encodeURIComponent(JSON.stringify(settings))}`);
    await show(page, task);
    return page;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Puts another task on a page. */
export async function show(page: Page, task: Task | null): Promise<void> {
  await page.evaluate((shown) => {
    (window as unknown as { desk: { show(task: unknown): void } }).desk.show(shown);
  }, task);
}

/** Lets a minute pass in a page whose panel has been told that nothing is known. */
export async function aMinuteLater(page: Page): Promise<void> {
  await page.waitForResponse((response) => response.status() === 404);
  await page.clock.install();
  await page.clock.fastForward(61_000);
}

/** What axe-core finds wrong with a page, in words; empty when nothing. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: createRequire(__filename).resolve('axe-core/axe.min.js') });
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    interface Violation {
      id: string;
      help: string;
      nodes: { html: string }[];
    }
    // the page around the panel is Flex's, with its headings
    const { violations } = await axe.run({ rules: { 'page-has-heading-one': { enabled: false } } });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
  });
}

function serve(): Server {
  const files: Record<string, [string, string]> = {
    '/react.js': ['text/javascript', umd('react')],
    '/react-dom.js': ['text/javascript', umd('react-dom')],
    '/plugin.js': ['text/javascript', BUNDLE],
  };
  return createServer((request, response) => {
    const file = files[request.url ?? ''];
    if (request.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    } else if (file) {
      response.writeHead(200, { 'content-type': `${file[0]}; charset=utf-8` }).end(readFileSync(file[1]));
    } else {
      response.writeHead(404).end();
    }
  });
}

function umd(name: string): string {
  return join(PLUGIN, 'node_modules', name, 'umd', `${name}.production.min.js`);
}
