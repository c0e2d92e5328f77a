import { Json, JsonObject, MASKED, isObject } from '../handoff/model';

/** The agent's data, sorted by how it is shown. */
export interface Facts {
  /** The sentence that says it all, when the agent wrote one. */
  summary?: string;
  /** Few short values, shown large. */
  highlights: [string, string][];
  /** Everything else, in the agent's order. */
  rest: [string, Json][];
}

/** A person reads three things in a few seconds. */
const MOST_HIGHLIGHTS = 3;
const LONGEST_HIGHLIGHT = 28;

const SUMMARIES = ['summary', 'conversation_summary', 'call_summary'];

/** What says why this call is here is in the heading already. */
const IN_HEADING = ['handoff_reason'];

/** What tends to matter, when the operator does not say what does. */
const TELLING = [/^(customer|account|member|policy|patient|guest)_?(id|number|no|ref)/i, /(order|booking|reservation|invoice|claim|ticket|case)/i, /(intent|topic|issue|product)/i];

/** Sorts data. The wished names come first among what is shown large. */
export function factsOf(data: JsonObject, wished: string[]): Facts {
  const summary = SUMMARIES.find((name) => typeof data[name] === 'string' && data[name] !== MASKED && data[name] !== '');
  const large = largeOf(data, wished.length > 0 ? wished : telling(data));
  return {
    summary: summary === undefined ? undefined : String(data[summary]),
    highlights: large.map((name) => [name, shown(data[name])]),
    rest: Object.entries(data).filter(
      ([name]) => name !== summary && !large.includes(name) && !IN_HEADING.includes(name),
    ),
  };
}

function largeOf(data: JsonObject, names: string[]): string[] {
  return names.filter((name) => name in data && isShort(data[name])).slice(0, MOST_HIGHLIGHTS);
}

function telling(data: JsonObject): string[] {
  const names = Object.keys(data).filter((name) => !SUMMARIES.includes(name) && !IN_HEADING.includes(name));
  const first = TELLING.map((pattern) => names.find((name) => pattern.test(name) && isShort(data[name])));
  return [...new Set([...first.filter((name): name is string => name !== undefined), ...names])];
}

function isShort(value: Json): boolean {
  const scalar = typeof value === 'number' || (typeof value === 'string' && value !== MASKED && value !== '');
  return scalar && shown(value).length <= LONGEST_HIGHLIGHT;
}

/** A single value as it is read. */
export function shown(value: Json): string {
  if (value === null || value === '') {
    return '–';
  }
  return typeof value === 'boolean' ? (value ? 'Yes' : 'No') : String(value);
}

/** Whether a value is one line. */
export function isSingle(value: Json): boolean {
  return !isObject(value) && !Array.isArray(value);
}
