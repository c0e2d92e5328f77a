package io.callmesh.simulator.conformance;

/**
 * A check, as a list has it.
 *
 * @param id short, for {@code --only} and reports; never changes
 * @param title what holds when it passed
 * @param section the part of the protocol
 * @param severity what a failure means
 * @param remedy what to do when it failed
 */
public record CheckInfo(
    String id, String title, Section section, Severity severity, String remedy) {}
