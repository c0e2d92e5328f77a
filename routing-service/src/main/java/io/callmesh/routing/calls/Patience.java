package io.callmesh.routing.calls;

import java.time.Duration;

/**
 * How often and how long something is tried.
 *
 * @param attempt the longest that one attempt may take
 * @param deadline the longest that all attempts and the pauses between them may take
 * @param retries how often it is tried again after the first attempt
 */
public record Patience(Duration attempt, Duration deadline, int retries) {}
