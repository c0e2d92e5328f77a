package io.callmesh.ingress;

import io.callmesh.contracts.event.CallEventType;
import io.vertx.core.json.JsonObject;

/**
 * Takes the call events of this service: a port, behind which is the bounded way to Kafka. Never
 * blocks and never throws; an event that cannot be kept is dropped and counted there.
 */
@FunctionalInterface
public interface StreamEvents {
  /** Publishes an event about a call. */
  void publish(CallEventType type, String callSid, JsonObject data);
}
