package io.callmesh.simulator.twilio;

/**
 * Somewhere the call was sent.
 *
 * @param noun the element that named it: {@code Number}, {@code Sip}, {@code Refer}, …
 * @param target a number or URI, as written
 */
public record Transfer(String noun, String target) {}
