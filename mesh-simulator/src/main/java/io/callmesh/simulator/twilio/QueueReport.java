package io.callmesh.simulator.twilio;

import org.jspecify.annotations.Nullable;

/**
 * A caller's time in a queue.
 *
 * @param queue which queue
 * @param result the {@code QueueResult}; null when the call ended in the queue
 * @param seconds the {@code QueueTime}
 * @param waits how often the wait document was run
 */
public record QueueReport(Enqueued queue, @Nullable String result, long seconds, int waits) {}
