package io.callmesh.routing.voice;

import io.vertx.core.json.JsonObject;
import java.util.Set;

/**
 * The attributes of a task that hands a call to Flex: the destination's own, what Flex shows and
 * Flex Insights reads, and all that is ours under one key, {@code callmesh}. TaskRouter adds its
 * own; those names are not ours to write (reference/twilio.md 8.2).
 */
final class FlexTask {
  /** What TaskRouter writes itself: ours would be in its way. */
  private static final Set<String> TASK_ROUTERS =
      Set.of(
          "call_sid",
          "account_sid",
          "api_version",
          "from",
          "to",
          "caller",
          "called",
          "direction",
          "conference",
          "reservation_attributes");

  private static final Set<String> TASK_ROUTERS_BEGIN =
      Set.of("from_", "to_", "caller_", "called_");

  private static final String OURS = "callmesh";

  private final WebhookUrls urls;
  private final int maxBytes;

  /**
   * @param maxBytes the size of a task's attributes, as JSON in UTF-8, up to which the handoff data
   *     is in them
   */
  FlexTask(WebhookUrls urls, int maxBytes) {
    this.urls = urls;
    this.maxBytes = maxBytes;
  }

  /**
   * The attributes. Handoff data that is too large stays behind the Handoff API, and the task says
   * where; what is sensitive in it is masked. An utterance that is too large is left out.
   */
  JsonObject attributes(Handover handover) {
    JsonObject callmesh =
        new JsonObject()
            .put("conversation_id", handover.state().conversationId())
            .put("connector_id", handover.connector().connectorId())
            .put("project_id", handover.connector().projectId())
            .put("destination", handover.destination().name());
    if (!handover.reason().isEmpty()) {
      callmesh.put("handoff_reason", handover.reason());
    }
    if (!handover.sharedId().isEmpty()) {
      callmesh.put("shared_id", handover.sharedId());
    }
    handover
        .state()
        .decidedAt()
        .ifPresent(decidedAt -> callmesh.put("handed_over_at", decidedAt.toString()));
    JsonObject attributes = common(handover).put(OURS, callmesh);
    JsonObject data = handover.maskedData();
    if (!data.isEmpty() && !putIfItFits(attributes, "handoff", data)) {
      callmesh.put("handoff_state_url", urls.handoffState(handover.call().callSid()));
    }
    return handover.said().isEmpty() ? attributes : withUtterance(attributes, handover.said());
  }

  private JsonObject withUtterance(JsonObject attributes, String utterance) {
    JsonObject more = attributes.copy();
    return putIfItFits(more, "utterance", utterance) ? more : attributes;
  }

  /** Puts a member among ours, unless the attributes would be too large with it. */
  private boolean putIfItFits(JsonObject attributes, String name, Object value) {
    JsonObject callmesh = attributes.getJsonObject(OURS).put(name, value);
    boolean fits = attributes.toBuffer().length() <= maxBytes;
    if (!fits) {
      callmesh.remove(name);
    }
    return fits;
  }

  private static JsonObject common(Handover handover) {
    JsonObject attributes = handover.destination().taskAttributes().copy();
    for (String name : Set.copyOf(attributes.fieldNames())) {
      if (isTaskRouters(name)) {
        attributes.remove(name);
      }
    }
    Leg leg = Leg.of(handover.call());
    JsonObject conversations =
        new JsonObject()
            .put("conversation_id", handover.state().conversationId())
            // So that a caller who leaves the queue is reported as such (8.3).
            .put("hang_up_by", "Customer");
    return attributes
        .put("type", "inbound")
        .put("name", leg.anonymous() ? "Anonymous" : leg.from())
        .mergeIn(new JsonObject().put("conversations", conversations), true);
  }

  private static boolean isTaskRouters(String name) {
    return TASK_ROUTERS.contains(name) || TASK_ROUTERS_BEGIN.stream().anyMatch(name::startsWith);
  }
}
