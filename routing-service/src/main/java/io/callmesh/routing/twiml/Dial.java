package io.callmesh.routing.twiml;

import org.jspecify.annotations.Nullable;

/**
 * What {@code <Dial>} says beside whom to call.
 *
 * @param action what Twilio asks when the other party has hung up or never came
 * @param timeout how long it rings, in seconds; null for Twilio's default
 * @param callerId what the other party is shown; null for the caller's own number
 */
public record Dial(String action, @Nullable Integer timeout, @Nullable String callerId) {}
