import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { Desk, show, type DeskSettings, type Task } from './desk.ts';
import { DATA, ID, snapshot, task, transcript } from './example.ts';
import { FakeMesh, type Answer } from './fakeMesh.ts';

/** Makes the pictures of docs/: `npm run screenshots`. They are of made-up data, from a fake mesh. */

const FOLDER = join(__dirname, '..', '..', '..', 'docs', 'images');

interface Picture {
  name: string;
  answer: Answer;
  task: Task | null;
  until: string;
  light?: boolean;
  then?: (mesh: FakeMesh) => void;
  height?: number;
}

const now = Date.now();
/** What fits into a task. */
const FEW = {
  customer_id: DATA.customer_id,
  booking_reference: DATA.booking_reference,
  topic: DATA.topic,
  verified: true,
};

const PICTURES: Picture[] = [
  { name: 'waiting', answer: { status: 200, snapshot: snapshot(now) }, task: task(now), until: 'putting you through', height: 960 },
  {
    name: 'live',
    answer: {
      status: 200,
      snapshot: snapshot(now, {
        status: 'with_agent',
        since: new Date(now - 41_000).toISOString(),
        reason: undefined,
        destination: undefined,
        receipts: [],
        transcript: transcript(now).slice(0, 3),
        data: FEW,
      }),
    },
    task: task(now, { handoff_reason: undefined, destination: undefined, handed_over_at: undefined }),
    until: 'talk to some',
    then: (mesh) => mesh.tell(ID, 'transcript', { role: 'caller', text: 'Yes, exactly. Can I talk to some', final: false, at: new Date(now).toISOString() }),
  },
  {
    name: 'with-you',
    answer: { status: 200, snapshot: snapshot(now) },
    task: { ...task(now), sid: 'WR1', status: 'accepted', dateUpdated: new Date(now - 48_000) },
    until: 'putting you through',
    height: 960,
  },
  { name: 'expired', answer: { status: 410, detail: 'The handoff expired.' }, task: task(now), until: 'has expired', height: 640 },
  { name: 'error', answer: { status: 503, detail: 'Kafka cannot be asked.' }, task: task(now, { handoff_reason: undefined, destination: undefined, handed_over_at: undefined }), until: 'Try again', height: 640 },
  { name: 'from-task', answer: { status: 503, detail: 'Kafka cannot be asked.' }, task: task(now, { handoff: FEW }), until: 'what came with the task', height: 640 },
  { name: 'empty', answer: { status: 404, detail: '' }, task: null, until: 'No handoff to show', height: 640 },
  { name: 'dark', answer: { status: 200, snapshot: snapshot(now) }, task: task(now), until: 'putting you through', height: 960, light: false },
];

async function take(desk: Desk, picture: Picture): Promise<void> {
  const mesh = await FakeMesh.start();
  mesh.answers(ID, picture.answer);
  const settings: DeskSettings = { url: mesh.url, token: FakeMesh.TOKEN, light: picture.light };
  const page = await desk.page(settings, null, { width: 480, height: picture.height ?? 900 });
  await show(page, picture.task);
  if (picture.then) {
    await page.getByText('Live', { exact: true }).waitFor();
    picture.then(mesh);
  }
  await page.getByText(picture.until).first().waitFor();
  await page.screenshot({ path: join(FOLDER, `flex-${picture.name}.png`), animations: 'disabled' });
  await page.context().close();
  await mesh.stop();
}

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const desk = await Desk.open();
  try {
    for (const picture of PICTURES) {
      await take(desk, picture);
      console.log(`flex-${picture.name}.png`);
    }
  } finally {
    await desk.close();
  }
}

void main();
