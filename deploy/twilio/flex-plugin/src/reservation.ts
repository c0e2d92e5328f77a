import { Task } from './flex';
import { timeOf } from './handoff/model';

/** What Flex knows of the conversation with the person. */
export interface Talk {
  status: 'talking' | 'ended';
  /** When it began, in milliseconds since 1970; absent when nobody saw it. */
  from?: number;
  /** When it ended; absent while it lasts. */
  to?: number;
}

interface Seen {
  status?: string;
  from?: number;
  to?: number;
}

/** So many are remembered, the last ones: a worker has few at a time, but a shift of them in a day. */
const MOST = 100;

/**
 * The reservations that a panel has shown. Flex says at once who took a call; the mesh hears of it
 * when the call is over, or, with a flow of Studio's in between, never.
 */
export class Reservations {
  private readonly seen = new Map<string, Seen>();

  /**
   * The conversation of a task's reservation; nothing before it was accepted, or when it was
   * canceled.
   *
   * @param now milliseconds since 1970
   */
  talkOf(task: Task | undefined | null, now: number): Talk | undefined {
    if (task?.sid === undefined) {
      return undefined;
    }
    const seen = after(this.seen.get(task.sid), task, now);
    this.keep(task.sid, seen);
    return talk(seen);
  }

  private keep(sid: string, seen: Seen): void {
    this.seen.delete(sid);
    this.seen.set(sid, seen);
    if (this.seen.size > MOST) {
      this.seen.delete(this.seen.keys().next().value as string);
    }
  }
}

/** What was not watched as it changed has changed when Flex last updated it, as far as anybody knows. */
function after(before: Seen | undefined, task: Task, now: number): Seen {
  const { status } = task;
  if (before !== undefined && before.status === status) {
    return before;
  }
  const at = before === undefined ? Math.min(updated(task) ?? now, now) : now;
  if (status === 'accepted') {
    return { status, from: at };
  }
  return isOver(status) ? { status, from: before?.from, to: before?.to ?? at } : { status };
}

function talk({ status, from, to }: Seen): Talk | undefined {
  if (status === 'accepted') {
    return { status: 'talking', from };
  }
  return isOver(status) ? { status: 'ended', from, to } : undefined;
}

function isOver(status: string | undefined): boolean {
  return status === 'wrapping' || status === 'completed';
}

function updated({ dateUpdated }: Task): number | undefined {
  return timeOf(dateUpdated instanceof Date ? dateUpdated.getTime() : dateUpdated);
}
