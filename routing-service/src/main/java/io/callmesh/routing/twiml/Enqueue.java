package io.callmesh.routing.twiml;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What {@code <Enqueue>} into a TaskRouter workflow and the {@code <Task>} in it say.
 *
 * @param action what Twilio asks when the call has left the queue; empty for the next verb
 * @param waitUrl whose TwiML a waiting caller hears; null for Twilio's own music
 * @param taskAttributes those of the task that Twilio makes
 * @param priority of the task; null for TaskRouter's default
 * @param timeout how long the task waits, in seconds; null for TaskRouter's default
 */
public record Enqueue(
    String workflowSid,
    String action,
    @Nullable String waitUrl,
    JsonObject taskAttributes,
    @Nullable Integer priority,
    @Nullable Integer timeout) {}
