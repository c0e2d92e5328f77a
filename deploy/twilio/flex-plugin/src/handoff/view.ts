import { Handoff, JsonObject, Progress, Receipt, TranscriptLine } from './model';

/** So many lines of a transcript are kept, the last ones: a call may last for hours. */
export const MOST_LINES = 200;

/** So many receipts are kept. */
export const MOST_RECEIPTS = 50;

/** Why there is nothing, or nothing new, to show. */
export type Trouble =
  /** Its lifetime is over. */
  | 'expired'
  /** Somebody had it deleted. */
  | 'deleted'
  /** Nothing is known by this name. */
  | 'unknown'
  /** This worker may not read it. */
  | 'refused'
  /** The mesh cannot be reached, or has a problem; more attempts follow. */
  | 'away'
  /** The plugin does not know where the mesh is. */
  | 'unconfigured';

/** A line with what tells it from all others of its transcript, for as long as it is on the screen. */
export interface SaidLine extends TranscriptLine {
  key: number;
}

/** A handoff on the screen. */
export interface ShownHandoff extends Handoff {
  transcript: SaidLine[];
}

/** What a panel shows. */
export interface HandoffView {
  /** Absent until the mesh has told it, and after it is gone. */
  handoff?: ShownHandoff;
  /** Absent while all is well, or before the first answer. */
  trouble?: Trouble;
  /** How news come: by a stream, by asking again and again, or not. */
  news: 'none' | 'live' | 'polled';
}

/** What can change it. */
export type HandoffEvent =
  | { type: 'snapshot'; handoff: Handoff; by: 'live' | 'polled' }
  | { type: 'line'; line: TranscriptLine }
  | { type: 'state'; data: JsonObject }
  | { type: 'progress'; progress: Progress }
  | { type: 'receipt'; receipt: Receipt }
  | { type: 'trouble'; trouble: Trouble }
  | { type: 'again' };

/** Before the first answer. */
export const LOADING: HandoffView = { news: 'none' };

/** What is shown after an event. */
export function next(view: HandoffView, event: HandoffEvent): HandoffView {
  switch (event.type) {
    case 'snapshot':
      return { handoff: bounded(event.handoff), news: event.by };
    case 'trouble':
      return inTrouble(view, event.trouble);
    case 'again':
      return { ...view, trouble: undefined };
    default:
      return view.handoff === undefined ? view : { ...view, handoff: changed(view.handoff, event) };
  }
}

/** What was read stays on the screen while the mesh is away, but not what nobody may see any more. */
function inTrouble(view: HandoffView, trouble: Trouble): HandoffView {
  return trouble === 'away' ? { handoff: view.handoff, trouble, news: 'none' } : { trouble, news: 'none' };
}

function changed(
  handoff: ShownHandoff,
  event: Exclude<HandoffEvent, { type: 'snapshot' | 'trouble' | 'again' }>,
): ShownHandoff {
  switch (event.type) {
    case 'line':
      return { ...handoff, transcript: said(handoff.transcript, event.line) };
    case 'state':
      return { ...handoff, data: event.data };
    case 'progress':
      return { ...handoff, ...told(event.progress) };
    case 'receipt':
      return { ...handoff, receipts: [...handoff.receipts, event.receipt].slice(-MOST_RECEIPTS) };
  }
}

/** A line that was not final gives way to the next of the same speaker, which takes its key. */
function said(transcript: SaidLine[], line: TranscriptLine): SaidLine[] {
  const passing = transcript.find((other) => !other.final && other.role === line.role);
  const key = passing?.key ?? Math.max(-1, ...transcript.map((other) => other.key)) + 1;
  return [...transcript.filter((other) => other !== passing), { ...line, key }].slice(-MOST_LINES);
}

/** A status without a reason or destination does not take back the ones we know. */
function told(progress: Progress): Progress {
  return Object.fromEntries(
    Object.entries(progress).filter(([, value]) => value !== undefined),
  ) as unknown as Progress;
}

function bounded(handoff: Handoff): ShownHandoff {
  return {
    ...handoff,
    transcript: handoff.transcript.map((line, key) => ({ ...line, key })).slice(-MOST_LINES),
    receipts: handoff.receipts.slice(-MOST_RECEIPTS),
  };
}
