package io.callmesh.standalone;

import io.callmesh.simulator.twilio.CallReport;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the demo did.
 *
 * @param report of the call
 * @param handoffState the body that Flex got; null when it got none
 * @param events the call's events from Kafka, in order
 * @param recording where the recording is
 * @param elapsedMs from the start of the mesh to the end of the story
 * @param failures the steps that did not hold, in words
 */
record DemoResult(
    CallReport report,
    @Nullable JsonObject handoffState,
    List<JsonObject> events,
    Path recording,
    long elapsedMs,
    List<String> failures) {

  JsonObject toJson() {
    return new JsonObject()
        .put("ok", failures.isEmpty())
        .put("callSid", report.callSid())
        .put("conversationId", conversationId())
        .put(
            "twiml",
            new JsonObject().put("voice", report.voiceTwiml()).put("action", report.actionTwiml()))
        .put(
            "frames",
            new JsonObject()
                .put("sent", report.framesSent())
                .put("received", report.framesReceived()))
        .put(
            "marks",
            new JsonObject().put("sent", report.marksSent()).put("played", report.marksPlayed()))
        .put("handoffState", handoffState)
        .put("events", new JsonArray(types()))
        .put("recording", recording.toString())
        .put("elapsedMs", elapsedMs)
        .put("failures", new JsonArray(failures));
  }

  /** The types of the events, in order. */
  List<String> types() {
    return events.stream().map(event -> event.getString("type")).toList();
  }

  private @Nullable String conversationId() {
    return handoffState == null ? null : handoffState.getString("id");
  }
}
