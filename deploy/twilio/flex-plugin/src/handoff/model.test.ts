import { handoffOf, lineOf, parseJson, timeOf } from './model';

test('reads a snapshot and leaves out what it does not understand', () => {
  const handoff = handoffOf({
    id: 'conv-1',
    status: 'waiting',
    since: '2026-11-23T10:00:00Z',
    reason: 'needs_human',
    destination: '',
    data: { a: 1 },
    transcript: [{ role: 'caller', text: 'hi', final: false, at: 5 }, { role: 'ghost', text: 'boo' }, 'x', null],
    receipts: [{ step: 'stored', at: 7 }, { at: 8 }],
  });
  expect(handoff).toEqual({
    status: 'waiting',
    since: Date.parse('2026-11-23T10:00:00Z'),
    reason: 'needs_human',
    destination: undefined,
    data: { a: 1 },
    transcript: [{ role: 'caller', text: 'hi', final: false, at: 5 }],
    receipts: [{ step: 'stored', at: 7 }],
  });
});

test.each([null, [], 'x', {}, { status: 'elsewhere' }])('takes %j for no snapshot', (value) => {
  expect(handoffOf(value)).toBeUndefined();
});

test('does without data, transcript and receipts', () => {
  expect(handoffOf({ status: 'waiting', data: [], transcript: {} })).toMatchObject({ data: {}, transcript: [], receipts: [] });
});

test('takes a line for final unless it says otherwise', () => {
  expect(lineOf({ role: 'agent', text: 'Hello' })?.final).toBe(true);
  expect(lineOf({ role: 'agent', text: ' ' })).toBeUndefined();
});

test('knows no time where there is none', () => {
  expect(timeOf('yesterday')).toBeUndefined();
  expect(timeOf(undefined)).toBeUndefined();
});

test('parses JSON also where numbers cannot be told digit for digit', () => {
  expect(parseJson('{"a":1,"b":[2.5]}')).toEqual({ a: 1, b: [2.5] });
});
