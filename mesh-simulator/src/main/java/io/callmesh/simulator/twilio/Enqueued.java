package io.callmesh.simulator.twilio;

import org.jspecify.annotations.Nullable;

/**
 * The queue in which a caller waits for a person.
 *
 * @param workflowSid the TaskRouter workflow; null for a plain queue
 * @param queue the name of a plain queue; empty with a workflow
 * @param taskAttributes the task's JSON as written; null when there was no {@code <Task>}
 * @param priority the task's; null when not given
 * @param timeoutSeconds how long the task may live; null when not given
 */
public record Enqueued(
    @Nullable String workflowSid,
    String queue,
    @Nullable String taskAttributes,
    @Nullable Integer priority,
    @Nullable Integer timeoutSeconds) {
  /** One whose task has neither priority nor timeout. */
  public Enqueued(@Nullable String workflowSid, String queue, @Nullable String taskAttributes) {
    this(workflowSid, queue, taskAttributes, null, null);
  }
}
