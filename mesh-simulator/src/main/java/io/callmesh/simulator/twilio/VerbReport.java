package io.callmesh.simulator.twilio;

import java.util.Map;

/**
 * A verb that was run.
 *
 * @param name with its noun as in {@code Connect/Stream}
 * @param attributes the verb's own, as written
 */
public record VerbReport(String name, Map<String, String> attributes) {}
