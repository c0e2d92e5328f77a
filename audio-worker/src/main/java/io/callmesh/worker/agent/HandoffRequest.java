package io.callmesh.worker.agent;

import io.callmesh.contracts.handoff.HandoffData;
import org.jspecify.annotations.Nullable;

/**
 * An agent's wish to hand the call off.
 *
 * @param destination the name of a destination; null for the default
 * @param reason machine-readable
 * @param utterance a sentence to speak before the transfer
 * @param utteranceSpoken true when the agent has spoken it already
 * @param sharedId an identifier of the integrator's own
 * @param state {@code context.state.handoff}, character for character; empty when there was none
 */
public record HandoffRequest(
    @Nullable String destination,
    @Nullable String reason,
    @Nullable String utterance,
    boolean utteranceSpoken,
    @Nullable String sharedId,
    HandoffData state) {
  /** Leaves out everything the agent said, which belongs to no log. */
  @Override
  public String toString() {
    return "HandoffRequest[destination=" + destination + "]";
  }
}
