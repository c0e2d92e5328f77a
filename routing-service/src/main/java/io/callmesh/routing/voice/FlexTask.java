package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a task that hands a call to Flex. TaskRouter adds its own ({@code call_sid},
 * {@code from}, …); those names are not ours to write (reference/twilio.md 8.2). The handoff state
 * itself stays behind the Handoff API: task attributes are small, and shown to everyone.
 */
final class FlexTask {
  private FlexTask() {}

  static JsonObject attributes(
      Destination destination,
      String from,
      String conversationId,
      Connector connector,
      @Nullable String reason) {
    JsonObject conversations =
        new JsonObject()
            .put("conversation_id", conversationId)
            // So that a caller who leaves the queue is reported as such (8.3).
            .put("hang_up_by", "Customer");
    JsonObject callmesh =
        new JsonObject()
            .put("conversation_id", conversationId)
            .put("connector_id", connector.connectorId())
            .put("project_id", connector.projectId())
            .put("destination", destination.name());
    if (reason != null) {
      callmesh.put("handoff_reason", reason);
    }
    return destination
        .taskAttributes()
        .copy()
        .put("type", "inbound")
        .put("name", from)
        .mergeIn(new JsonObject().put("conversations", conversations), true)
        .put("callmesh", callmesh);
  }
}
