/** @jest-environment node */
import { Surroundings } from './LiveHandoff';
import { LiveHandoffs } from './LiveHandoffs';
import { HandoffView } from './view';

function surroundings() {
  const signals: AbortSignal[] = [];
  const urls: string[] = [];
  const around: Surroundings = {
    fetch: ((url: string, init: RequestInit) => {
      const signal = init.signal as AbortSignal;
      urls.push(url);
      signals.push(signal);
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    }) as unknown as typeof fetch,
    token: () => 't',
    random: () => 0,
    now: () => 0,
    pause: async () => undefined,
  };
  return { around, signals, urls };
}

test('has one connection for all who watch a handoff, until the last has gone', () => {
  const { around, signals, urls } = surroundings();
  const handoffs = new LiveHandoffs('https://mesh', around);
  const seen: HandoffView[] = [];
  const first = handoffs.watch('a b', (view) => seen.push(view));
  const second = handoffs.watch('a b', (view) => seen.push(view));
  expect(urls).toEqual(['https://mesh/v1/handoff_state/live?id=a%20b']);
  expect(seen).toEqual([{ news: 'none' }, { news: 'none' }]);
  first();
  expect(signals[0].aborted).toBe(false);
  second();
  expect(signals[0].aborted).toBe(true);
});

test('has a connection for each handoff', () => {
  const { around, urls } = surroundings();
  const handoffs = new LiveHandoffs('https://mesh', around);
  const ends = ['a', 'b'].map((id) => handoffs.watch(id, () => undefined));
  expect(urls).toHaveLength(2);
  ends.forEach((end) => end());
});

test('asks again at once when somebody wants it', () => {
  const { around, signals } = surroundings();
  const handoffs = new LiveHandoffs('https://mesh', around);
  const end = handoffs.watch('a', () => undefined);
  handoffs.retry('a');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  end();
  handoffs.retry('a');
  expect(signals).toHaveLength(2);
});
