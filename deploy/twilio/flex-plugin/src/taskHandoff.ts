import { Task } from './flex';
import { Json, JsonObject, isObject, textOf, timeOf } from './handoff/model';

/** What a task's own attributes say of the handoff: there before the mesh has answered, and without it. */
export interface TaskHandoff {
  /** What the mesh knows it by: the conversation's id, or the CallSid. */
  id: string;
  name?: string;
  number?: string;
  reason?: string;
  destination?: string;
  /** Milliseconds since 1970. */
  handedOverAt?: number;
  /** The agent's data; absent when it was too large for a task. */
  data?: JsonObject;
}

/** What the attributes say, or nothing when the task did not come from the mesh. */
export function taskHandoffOf(task: Task | undefined | null): TaskHandoff | undefined {
  const attributes = task?.attributes;
  const ours = isObject(attributes) ? attributes.callmesh : undefined;
  if (!isObject(attributes) || !isObject(ours)) {
    return undefined;
  }
  const id = textOf(ours.conversation_id) ?? textOf(attributes.call_sid);
  return id === undefined ? undefined : { id, ...callerOf(attributes), ...reasonsOf(ours) };
}

function callerOf(attributes: JsonObject): Pick<TaskHandoff, 'name' | 'number'> {
  const number = textOf(attributes.from) ?? textOf(attributes.caller);
  const name = textOf(attributes.name);
  return { number, name: name === number || looksLikeNumber(name) ? undefined : name };
}

function looksLikeNumber(name: string | undefined): boolean {
  return name !== undefined && /^(\+?[\d\s().-]+|anonymous)$/i.test(name);
}

function reasonsOf(ours: JsonObject): Partial<TaskHandoff> {
  return {
    reason: textOf(ours.handoff_reason),
    destination: textOf(ours.destination),
    handedOverAt: timeOf(ours.handed_over_at),
    data: dataOf(ours.handoff),
  };
}

/** A Studio flow puts the whole body of the Handoff API there, the mesh only the data. */
function dataOf(handoff: Json | undefined): JsonObject | undefined {
  if (!isObject(handoff)) {
    return undefined;
  }
  const published = typeof handoff.id === 'string' && isObject(handoff.data);
  return published ? (handoff.data as JsonObject) : handoff;
}
