package io.callmesh.simulator.conformance;

/**
 * How one check went.
 *
 * @param sentence what was found; with the remedy when it failed
 * @param millis how long it took
 */
public record CheckResult(CheckInfo check, Outcome outcome, String sentence, long millis) {}
