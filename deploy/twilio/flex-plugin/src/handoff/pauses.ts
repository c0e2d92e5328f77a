/** How long to wait before asking again. */

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
const LONGEST_WISH_MS = 5 * 60_000;

/**
 * A pause after so many failures in a row, in milliseconds: doubling up to 30 s, and spread over its
 * second half, so that a thousand panels do not come back at the same moment.
 *
 * @param failures at least 1
 * @param random 0 to 1
 */
export function backOff(failures: number, random: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
  return Math.round(whole * (0.5 + random / 2));
}

/**
 * What `Retry-After` asks for, in milliseconds (RFC 9110, 10.2.3: seconds, or a date); 0 when it
 * asks for nothing, and five minutes at most.
 */
export function retryAfter(header: string | null, now: number): number {
  const wish = header === null ? NaN : /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(wish) ? Math.min(Math.max(wish, 0), LONGEST_WISH_MS) : 0;
}
