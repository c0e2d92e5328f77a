import { backOff, retryAfter } from './pauses';

test('grows with each failure, up to half a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 100].map((failures) => backOff(failures, 1))).toEqual([
    1000, 2000, 4000, 8000, 16000, 30000, 30000,
  ]);
});

test('is spread over its second half', () => {
  expect(backOff(3, 0)).toBe(2000);
  expect(backOff(3, 0.5)).toBe(3000);
});

test('does what Retry-After says, within reason', () => {
  const now = Date.parse('2026-11-23T10:00:00Z');
  expect(retryAfter('3', now)).toBe(3000);
  expect(retryAfter('Mon, 23 Nov 2026 10:00:07 GMT', now)).toBe(7000);
  expect(retryAfter('Mon, 23 Nov 2026 09:00:00 GMT', now)).toBe(0);
  expect(retryAfter('99999', now)).toBe(300_000);
  expect(retryAfter('whenever', now)).toBe(0);
  expect(retryAfter(null, now)).toBe(0);
});
