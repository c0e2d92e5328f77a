/**
 * What the panel knows of a handoff, and how it is read from the wire: the live snapshot of
 * handoff-service and the events that follow it. What has not the expected form is left out rather
 * than shown wrong; an unknown field is ignored.
 */

/** A JSON value of the agent's. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object of the agent's. */
export interface JsonObject {
  [name: string]: Json;
}

/** Where the call is. */
export type Status = 'with_agent' | 'waiting' | 'accepted' | 'abandoned' | 'failed';

/** Something that was said. */
export interface TranscriptLine {
  role: 'caller' | 'agent';
  text: string;
  /** Whether the speech recognition may still change it. */
  final: boolean;
  /** Milliseconds since 1970; absent when the mesh did not say. */
  at?: number;
}

/** One step of the handoff's way. */
export interface Receipt {
  step: string;
  at?: number;
}

/** Where the call is, since when, and why. */
export interface Progress {
  status: Status;
  /** Milliseconds since 1970. */
  since?: number;
  reason?: string;
  destination?: string;
}

/** All of it. */
export interface Handoff extends Progress {
  data: JsonObject;
  transcript: TranscriptLine[];
  receipts: Receipt[];
}

/** What stands for a value that this reader may not see. */
export const MASKED = '[masked]';

const STATUSES: readonly string[] = ['with_agent', 'waiting', 'accepted', 'abandoned', 'failed'];

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that says something, or nothing. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Milliseconds since 1970, from those or from a date as in RFC 3339. */
export function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : value;
  return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
}

/** One line of a transcript, or nothing. */
export function lineOf(value: unknown): TranscriptLine | undefined {
  if (!isObject(value) || (value.role !== 'caller' && value.role !== 'agent')) {
    return undefined;
  }
  const text = textOf(value.text);
  return text === undefined
    ? undefined
    : { role: value.role, text, final: value.final !== false, at: timeOf(value.at) };
}

/** One receipt, or nothing. */
export function receiptOf(value: unknown): Receipt | undefined {
  const step = isObject(value) ? textOf(value.step) : undefined;
  return step === undefined ? undefined : { step, at: timeOf((value as JsonObject).at) };
}

/** Where the call is, or nothing for a status that this panel does not know. */
export function progressOf(value: unknown): Progress | undefined {
  if (!isObject(value) || !STATUSES.includes(String(value.status))) {
    return undefined;
  }
  return {
    status: value.status as Status,
    since: timeOf(value.since),
    reason: textOf(value.reason),
    destination: textOf(value.destination),
  };
}

/** The whole of a snapshot, or nothing. */
export function handoffOf(value: unknown): Handoff | undefined {
  const progress = progressOf(value);
  if (progress === undefined) {
    return undefined;
  }
  const { data, transcript, receipts } = value as JsonObject;
  return {
    ...progress,
    data: isObject(data) ? data : {},
    transcript: all(transcript, lineOf),
    receipts: all(receipts, receiptOf),
  };
}

function all<T>(values: Json | undefined, read: (value: unknown) => T | undefined): T[] {
  return (Array.isArray(values) ? values : [])
    .map(read)
    .filter((value): value is T => value !== undefined);
}

/**
 * Parses JSON and keeps numbers as they were written: an account number of 20 digits is not what a
 * double makes of it. Browsers that do not tell a reviver the source give the double.
 */
export function parseJson(text: string): unknown {
  const exactly = function exactly(this: unknown, _name: string, value: unknown, context?: { source?: string }) {
    const source = context?.source;
    return typeof value === 'number' && source !== undefined && String(value) !== source ? source : value;
  };
  return JSON.parse(text, exactly as (this: unknown, name: string, value: unknown) => unknown);
}
