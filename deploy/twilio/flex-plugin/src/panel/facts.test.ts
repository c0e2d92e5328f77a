import { factsOf, shown } from './facts';

test('shows large what tends to matter, in the order of how much', () => {
  const facts = factsOf({ mood: 'calm', order_no: 'A-1', customer_id: 'c-7', topic: 'refund', city: 'Oslo' }, []);
  expect(facts.highlights.map(([name]) => name)).toEqual(['customer_id', 'order_no', 'topic']);
  expect(facts.rest).toEqual([
    ['mood', 'calm'],
    ['city', 'Oslo'],
  ]);
});

test('fills up with the first short values', () => {
  const facts = factsOf({ a: 'x'.repeat(100), b: 1, c: '[masked]', d: 'two', e: null, f: {} }, []);
  expect(facts.highlights).toEqual([
    ['b', '1'],
    ['d', 'two'],
  ]);
});

test('shows large what the operator wishes', () => {
  expect(factsOf({ customer_id: 'c-7', tier: 'gold' }, ['tier', 'gone']).highlights).toEqual([['tier', 'gold']]);
});

test('finds the sentence that says it all, and repeats no reason', () => {
  const facts = factsOf({ summary: 'Wants a refund.', handoff_reason: 'refund' }, []);
  expect(facts).toEqual({ summary: 'Wants a refund.', highlights: [], rest: [] });
});

test('shows no masked summary', () => {
  expect(factsOf({ summary: '[masked]' }, [])).toEqual({ summary: undefined, highlights: [], rest: [['summary', '[masked]']] });
});

test('reads single values', () => {
  expect([null, '', true, false, 0, 'x'].map(shown)).toEqual(['–', '–', 'Yes', 'No', '0', 'x']);
});
