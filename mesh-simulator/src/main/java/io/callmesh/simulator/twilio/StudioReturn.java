package io.callmesh.simulator.twilio;

import java.util.Map;

/**
 * A call's way back into the Studio flow that it came from (reference/twilio.md 6.4).
 *
 * @param flowSid {@code FW…}
 * @param variables what the flow's redirect widget gets: {@code {{widgets.<name>.<key>}}}
 */
public record StudioReturn(String flowSid, Map<String, String> variables) {}
