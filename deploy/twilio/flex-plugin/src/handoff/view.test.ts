import { Handoff, TranscriptLine } from './model';
import { HandoffEvent, HandoffView, LOADING, MOST_LINES, MOST_RECEIPTS, next } from './view';

const HANDOFF: Handoff = { status: 'with_agent', since: 1, data: {}, transcript: [], receipts: [] };

function after(...events: HandoffEvent[]): HandoffView {
  return events.reduce(next, LOADING);
}

function snapshot(changes: Partial<Handoff> = {}): HandoffEvent {
  return { type: 'snapshot', handoff: { ...HANDOFF, ...changes }, by: 'live' };
}

function line(text: string, final = true, role: TranscriptLine['role'] = 'caller'): HandoffEvent {
  return { type: 'line', line: { role, text, final } };
}

function texts(view: HandoffView): string[] | undefined {
  return view.handoff?.transcript.map(({ text }) => text);
}

test('shows a snapshot, and by which way it came', () => {
  expect(after(snapshot())).toEqual({ handoff: HANDOFF, news: 'live' });
});

test('changes nothing before there is a snapshot', () => {
  expect(after(line('hi'), { type: 'state', data: { a: 1 } })).toEqual(LOADING);
});

test('replaces what was not final by the next of the same speaker, which keeps its place on the screen', () => {
  const view = after(snapshot(), line('I wa', false), line('Sure.', true, 'agent'), line('I was', false), line('I was charged.'));
  expect(texts(view)).toEqual(['Sure.', 'I was charged.']);
  expect(view.handoff?.transcript.map(({ key }) => key)).toEqual([1, 0]);
});

test('keeps the last lines and receipts only', () => {
  const lines = Array.from({ length: MOST_LINES + 3 }, (_, index) => line(`line ${index}`));
  const receipts: HandoffEvent[] = Array.from({ length: MOST_RECEIPTS + 1 }, () => ({
    type: 'receipt',
    receipt: { step: 'routed' },
  }));
  const view = after(snapshot(), ...lines, ...receipts);
  expect(texts(view)).toHaveLength(MOST_LINES);
  expect(texts(view)?.[0]).toBe('line 3');
  expect(new Set(view.handoff?.transcript.map(({ key }) => key)).size).toBe(MOST_LINES);
  expect(view.handoff?.receipts).toHaveLength(MOST_RECEIPTS);
});

test('bounds a snapshot too', () => {
  const transcript = Array.from({ length: MOST_LINES + 1 }, () => ({ role: 'caller' as const, text: 'x', final: true }));
  expect(texts(after(snapshot({ transcript })))).toHaveLength(MOST_LINES);
});

test('follows state and status, and keeps a reason that a later status does not repeat', () => {
  const view = after(
    snapshot({ reason: 'needs_human' }),
    { type: 'state', data: { a: 1 } },
    { type: 'progress', progress: { status: 'waiting', since: 5, reason: undefined } },
  );
  expect(view.handoff).toMatchObject({ status: 'waiting', since: 5, reason: 'needs_human', data: { a: 1 } });
});

test('keeps what was read while the mesh is away', () => {
  expect(after(snapshot(), { type: 'trouble', trouble: 'away' })).toEqual({ handoff: HANDOFF, trouble: 'away', news: 'none' });
});

test.each(['expired', 'deleted', 'refused', 'unknown'] as const)('forgets everything that is %s', (trouble) => {
  expect(after(snapshot(), { type: 'trouble', trouble })).toEqual({ trouble, news: 'none' });
});

test('is over its trouble with the next snapshot', () => {
  expect(after({ type: 'trouble', trouble: 'away' }, snapshot()).trouble).toBeUndefined();
  expect(after({ type: 'trouble', trouble: 'away' }, { type: 'again' })).toEqual(LOADING);
});
