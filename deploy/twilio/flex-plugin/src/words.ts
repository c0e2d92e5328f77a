/** Machine words as people read them. */

const REASONS: Record<string, string> = {
  needs_human: 'Asked for a person',
  policy_violation: 'Outside what the voice agent may do',
  no_availability: 'Nothing available to offer',
  agent_lost: 'The voice agent dropped out',
  agent_unreachable: 'The voice agent could not be reached',
  no_capacity: 'The voice agent was too busy',
  transfer_busy: 'The first transfer was busy',
  transfer_failed: 'The first transfer failed',
  'transfer_no-answer': 'Nobody took the first transfer',
};

/** Why the call was handed over. */
export function reasonInWords(reason: string): string {
  return REASONS[reason] ?? fromName(reason);
}

const ABBREVIATIONS = new Set(['id', 'url', 'iban', 'vin', 'sku', 'sms', 'vip', 'pin', 'uk', 'us', 'eu']);

/** `customer_id`, `customerId` or `customer-id` as "Customer ID"; what is a sentence stays one. */
export function fromName(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s_-]+/)
    .filter((word) => word !== '')
    .map((word) => (ABBREVIATIONS.has(word.toLowerCase()) ? word.toUpperCase() : word));
  const text = words.map((word, index) => (index > 0 && /^[A-Z][a-z]+$/.test(word) && !/\s/.test(name) ? word.toLowerCase() : word)).join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A duration as a clock shows it: `0:07`, `12:30`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const tail = `${twoDigits(seconds % 60)}`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${tail}`
    : `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${tail}`;
}

/** A duration for a screen reader: "2 minutes 5 seconds". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    some(Math.floor(seconds / 3600), 'hour'),
    some(Math.floor(seconds / 60) % 60, 'minute'),
    some(seconds % 60, 'second'),
  ].filter((part) => part !== '');
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
}

/** The hour of the day, as this desktop writes it. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** A number of the North American plan with spaces, any other as it is. */
export function phoneNumber(number: string): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return parts ? `+1 ${parts[1]} ${parts[2]} ${parts[3]}` : number;
}

function some(count: number, unit: string): string {
  return count === 0 ? '' : `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
