import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import React from 'react';

import { LiveHandoffs, Watcher } from '../handoff/LiveHandoffs';
import { Handoff } from '../handoff/model';
import { HandoffEvent, HandoffView, LOADING, Trouble, next } from '../handoff/view';
import { PanelSettings } from '../settings';

import { HandoffPanel } from './HandoffPanel';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const SETTINGS: PanelSettings = { url: 'https://mesh', placement: 'panel2', highlights: [], light: true };

/** Handoffs without a network. */
class KnownHandoffs {
  readonly watched: string[] = [];
  readonly retried: string[] = [];
  private view: HandoffView = LOADING;
  private watcher?: Watcher;

  watch(id: string, watcher: Watcher): () => void {
    this.watched.push(id);
    this.watcher = watcher;
    watcher(this.view);
    return () => {
      this.watcher = undefined;
    };
  }

  retry(id: string): void {
    this.retried.push(id);
  }

  tell(event: HandoffEvent): void {
    this.view = next(this.view, event);
    act(() => this.watcher?.(this.view));
  }
}

function task(ours: object = {}) {
  return {
    attributes: {
      name: 'Maria Keller',
      from: '+14155550142',
      callmesh: { conversation_id: 'conv-1', handoff_reason: 'needs_human', destination: 'billing', ...ours },
    },
  };
}

function snapshot(changes: Partial<Handoff> = {}): HandoffEvent {
  return {
    type: 'snapshot',
    by: 'live',
    handoff: {
      status: 'waiting',
      since: NOW - 72_000,
      reason: 'needs_human',
      destination: 'billing',
      data: { customer_id: 'C-7', verified: true, card: { number: '[masked]' }, visits: [{ on: 'May 1', paid: 'x'.repeat(60) }] },
      transcript: [
        { role: 'agent', text: 'How can I help?', final: true },
        { role: 'caller', text: 'I want a refund.', final: true },
      ],
      receipts: [],
      ...changes,
    },
  };
}

function panel(shown: object | null = task(), settings = SETTINGS) {
  const handoffs = new KnownHandoffs();
  const element = (given: object | null) => (
    <HandoffPanel handoffs={handoffs as unknown as LiveHandoffs} settings={settings} task={given} />
  );
  const { container, rerender, unmount } = render(element(shown));
  return { handoffs, container, unmount, show: (given: object | null) => rerender(element(given)) };
}

beforeEach(() => {
  jest.useFakeTimers();
  jest.setSystemTime(NOW);
});

afterEach(() => {
  jest.useRealTimers();
});

function pair(term: string): string | null | undefined {
  const [name] = screen.getAllByText(term).filter((element) => element.tagName === 'DT');
  return name.parentElement?.querySelector('dd')?.textContent;
}

test('shows who calls, why, for how long, the data and what was said', () => {
  const { handoffs } = panel();
  handoffs.tell(snapshot());
  expect(screen.getByRole('heading', { level: 2, name: 'Asked for a person' })).toBeVisible();
  expect(screen.getByRole('heading', { level: 3, name: 'Maria Keller' })).toBeVisible();
  expect(screen.getByText('+1 415 555 0142')).toBeVisible();
  expect(screen.getByText(/^For Billing/)).toBeVisible();
  expect(screen.getByRole('timer')).toHaveTextContent('1:12');
  expect(pair('Customer ID')).toBe('C-7');
  expect(pair('Verified')).toBe('Yes');
  expect(pair('Card')).toContain('Hidden: not for your role');
  expect(pair('Visits')).toContain('May 1');
  expect(within(screen.getByRole('log')).getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    'How can I help?Voice agent',
    'I want a refund.Caller',
  ]);
});

test('ticks, for the eye and not for the screen reader', () => {
  const { handoffs } = panel();
  handoffs.tell(snapshot());
  act(() => {
    jest.advanceTimersByTime(3000);
  });
  const clock = screen.getByRole('timer', { name: 'waiting 1 minute 15 seconds' });
  expect(clock).toHaveTextContent('1:15');
  expect(clock).toHaveAttribute('aria-live', 'off');
});

test('says how long they waited, once somebody took the call', () => {
  const { handoffs } = panel();
  handoffs.tell(
    snapshot({
      status: 'accepted',
      receipts: [
        { step: 'requested', at: NOW - 90_000 },
        { step: 'accepted', at: NOW - 30_000 },
      ],
    }),
  );
  act(() => {
    jest.advanceTimersByTime(5000);
  });
  expect(screen.getByRole('timer', { name: 'waited 1 minute' })).toBeInTheDocument();
});

const TAKEN = { sid: 'WR1', status: 'accepted', dateUpdated: new Date(NOW - 400_000) };

test.each<[string, HandoffEvent]>([
  ['is waiting', snapshot({ since: NOW - 500_000 })],
  ['failed', snapshot({ status: 'failed' })],
  ['was taken', snapshot({ status: 'accepted' })],
  ['cannot be known', { type: 'trouble', trouble: 'away' }],
])('says that the call is with you although the mesh says that it %s', (_said, event) => {
  const { handoffs } = panel({ ...task({ handed_over_at: NOW - 500_000 }), ...TAKEN });
  handoffs.tell(event);
  expect(screen.getByText('With you')).toBeVisible();
  expect(screen.queryByText('Waiting for a person')).not.toBeInTheDocument();
  expect(screen.getByRole('timer', { name: 'with you 6 minutes 40 seconds' })).toBeVisible();
});

test('turns no clock red while you talk, and tells a screen reader that you do', () => {
  const colors = (status: string) => {
    const { container, handoffs, unmount } = panel({ ...task(), ...TAKEN, status });
    handoffs.tell(snapshot({ since: NOW - 400_000 }));
    const color = getComputedStyle(container.querySelector('[role=timer] p') as Element).color;
    const said = screen.getAllByRole('status').map(({ textContent }) => textContent);
    unmount();
    return { color, said };
  };
  const waiting = colors('pending');
  const talking = colors('accepted');
  expect(waiting.said).toContain('The caller is waiting: Asked for a person');
  expect(talking.said).toContain('The call is with you: Asked for a person');
  expect(talking.color).not.toBe(waiting.color);
});

test('counts anew when you take the call, and stops when it is wrapped up', () => {
  const reserved = { ...task(), ...TAKEN };
  const { handoffs, show } = panel({ ...reserved, status: 'pending' });
  handoffs.tell(snapshot());
  expect(screen.getByText('Waiting for a person')).toBeVisible();
  const later = (ms: number) => act(() => { jest.advanceTimersByTime(ms); });
  show(reserved);
  later(7000);
  expect(screen.getByRole('timer', { name: 'with you 7 seconds' })).toBeVisible();
  expect(screen.getByText(/Handed over at/)).toBeVisible();
  show({ ...reserved, status: 'wrapping' });
  later(5000);
  expect(screen.getByText('Ended')).toBeVisible();
  expect(screen.getByRole('timer', { name: 'talked 7 seconds' })).toBeVisible();
});

test('leaves the call with the voice agent that has it again', () => {
  const { handoffs } = panel({ ...task(), ...TAKEN });
  handoffs.tell(snapshot({ status: 'with_agent' }));
  expect(screen.getByText('With the voice agent')).toBeVisible();
  handoffs.tell({ type: 'trouble', trouble: 'away' });
  expect(screen.getByText('With you')).toBeVisible();
});

test('does not tell a supervisor that the call is with them', () => {
  render(<HandoffPanel supervised settings={SETTINGS} task={{ ...task({ handoff: { a: 1 } }), ...TAKEN }} />);
  expect(screen.getByText('With a person')).toBeVisible();
});

test('shows what is being said, and announces it when it is final', () => {
  const { handoffs } = panel();
  handoffs.tell(snapshot({ status: 'with_agent' }));
  expect(screen.getByText('Live')).toBeVisible();
  handoffs.tell({ type: 'line', line: { role: 'caller', text: 'It was ch', final: false } });
  expect(screen.getByText('It was ch …')).toBeVisible();
  expect(screen.getByRole('log')).not.toHaveTextContent('It was ch');
  handoffs.tell({ type: 'line', line: { role: 'caller', text: 'It was charged twice.', final: true } });
  expect(screen.queryByText('It was ch …')).not.toBeInTheDocument();
  expect(screen.getByRole('log')).toHaveTextContent('It was charged twice.');
});

test('shows what the task says while the mesh is asked', () => {
  const { container } = panel(task({ handed_over_at: NOW - 5000, handoff: { customer_id: 'C-7' } }));
  expect(screen.getByRole('heading', { level: 2, name: 'Asked for a person' })).toBeVisible();
  expect(screen.getByRole('timer')).toHaveTextContent('0:05');
  expect(pair('Customer ID')).toBe('C-7');
  expect(screen.getByText('Loading what the voice agent noted')).toBeInTheDocument();
  expect(container.querySelector('[aria-busy=true]')).toBeInTheDocument();
});

test.each([null, {}, { attributes: { from: '+14155550142' } }])('has nothing to show for %j, and asks nobody', (none) => {
  const { handoffs } = panel(none);
  expect(screen.getByRole('heading', { name: 'No handoff to show' })).toBeVisible();
  expect(handoffs.watched).toEqual([]);
});

test.each<[Trouble, string, boolean]>([
  ['expired', 'This handoff has expired', false],
  ['deleted', 'This handoff was deleted', false],
  ['refused', 'You are not allowed to see this', true],
  ['unknown', 'Nothing is known of this call', true],
  ['away', 'callmesh cannot be reached', true],
])('says that a handoff is %s', (trouble, title, retry) => {
  const { handoffs } = panel();
  handoffs.tell({ type: 'trouble', trouble });
  expect(screen.getByRole('heading', { name: title })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Try again' }) !== null).toBe(retry);
});

test.each<Trouble>(['expired', 'deleted', 'refused'])('shows no copy in the task of what is %s', (trouble) => {
  const { handoffs } = panel(task({ handoff: { customer_id: 'C-7' } }));
  handoffs.tell({ type: 'trouble', trouble });
  expect(screen.queryByText('C-7')).not.toBeInTheDocument();
  expect(screen.queryByText('Waiting for a person')).not.toBeInTheDocument();
});

test('shows the copy in the task while the mesh is away, and says so', () => {
  const { handoffs } = panel(task({ handoff: { customer_id: 'C-7' } }));
  handoffs.tell({ type: 'trouble', trouble: 'away' });
  expect(pair('Customer ID')).toBe('C-7');
  expect(screen.getByText('This is what came with the task, without the transcript.')).toBeVisible();
});

test('keeps what it knew when the mesh goes away', () => {
  const { handoffs } = panel();
  handoffs.tell(snapshot());
  handoffs.tell({ type: 'trouble', trouble: 'away' });
  expect(screen.getByText('This is what was known last.')).toBeVisible();
  expect(screen.getByText('I want a refund.')).toBeVisible();
});

test('says that it is not set up', () => {
  render(<HandoffPanel settings={SETTINGS} task={task()} />);
  expect(screen.getByRole('heading', { name: 'The panel is not set up' })).toBeVisible();
});

test('shows nothing of one caller under the name of the next', () => {
  const { handoffs, show } = panel();
  handoffs.tell(snapshot());
  show(task({ conversation_id: 'conv-2', handoff_reason: undefined }));
  handoffs.tell({ type: 'trouble', trouble: 'unknown' });
  expect(screen.queryByText('I want a refund.')).not.toBeInTheDocument();
  expect(handoffs.watched).toEqual(['conv-1', 'conv-2']);
});

test('is worked by keyboard: transcript, then what is folded away', async () => {
  const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
  const { handoffs } = panel();
  const data = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`note_${index}`, `${'x'.repeat(40)}${index}`]));
  handoffs.tell(snapshot({ data }));
  const more = screen.getByRole('button', { name: '6 more' });
  expect(more).toHaveAttribute('aria-expanded', 'false');
  await user.tab();
  expect(more).toHaveFocus();
  await user.keyboard('{Enter}');
  expect(more).toHaveAttribute('aria-expanded', 'true');
  await user.tab();
  expect(screen.getByRole('group', { name: 'What was said' })).toHaveFocus();
});

test('tries again by keyboard', async () => {
  const user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
  const { handoffs } = panel();
  handoffs.tell({ type: 'trouble', trouble: 'away' });
  await user.tab();
  expect(screen.getByRole('button', { name: 'Try again' })).toHaveFocus();
  await user.keyboard('{Enter}');
  expect(handoffs.retried).toEqual(['conv-1']);
});

test('lets the desk go when it is taken off the screen', () => {
  const { handoffs, unmount } = panel();
  handoffs.tell(snapshot());
  unmount();
  expect(jest.getTimerCount()).toBe(0);
});

test.each<[string, HandoffEvent | undefined]>([
  ['loading', undefined],
  ['shown', snapshot()],
  ['talking', snapshot({ status: 'with_agent', transcript: [] })],
  ['away', { type: 'trouble', trouble: 'away' }],
  ['expired', { type: 'trouble', trouble: 'expired' }],
])('has nothing that axe finds wrong while it is %s', async (_state, event) => {
  const { handoffs, container } = panel();
  if (event) {
    handoffs.tell(event);
  }
  jest.useRealTimers();
  expect(await axe(container)).toHaveNoViolations();
});
