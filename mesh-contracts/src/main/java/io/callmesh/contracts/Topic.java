package io.callmesh.contracts;

import java.util.List;
import java.util.Set;

/**
 * The Kafka topics of the mesh and the policy each must have (design.md, "State lives in Kafka").
 * Constants' order has no meaning; names are versioned and never change theirs.
 */
public enum Topic {
  /** Connector id to connector. */
  CONNECTORS("callmesh.connectors.v1", "compact"),
  /** E.164 number to phone number. */
  PHONE_NUMBERS("callmesh.phone-numbers.v1", "compact"),
  /** Key id to API key. */
  API_KEYS("callmesh.api-keys.v1", "compact"),
  /** CallSid to outcome; kept for the stated lifetime of a handoff. */
  OUTCOMES("callmesh.outcomes.v1", "compact,delete"),
  /** Handoff to steps of its receipt chain; kept for longer than the handoff state. */
  RECEIPTS("callmesh.receipts.v1", "delete"),
  /** CallSid to call event. */
  CALL_EVENTS("callmesh.call-events.v1", "delete");

  private final String topicName;
  private final String cleanupPolicy;

  Topic(String topicName, String cleanupPolicy) {
    this.topicName = topicName;
    this.cleanupPolicy = cleanupPolicy;
  }

  /** The name at the broker. */
  public String topicName() {
    return topicName;
  }

  /** What {@code cleanup.policy} must be. */
  public Set<String> cleanupPolicy() {
    return Set.of(cleanupPolicy.split(","));
  }

  /** Every topic. */
  public static List<Topic> all() {
    return List.of(values());
  }
}
