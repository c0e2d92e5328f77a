package io.callmesh.simulator.twilio;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a call.
 *
 * @param callSid {@code CA…}
 * @param voiceTwiml the answer to the voice webhook
 * @param actionTwiml the last answer to a {@code <Connect>} action; null when none was requested
 * @param verbs the verbs that were run, in order, nouns as {@code Connect/Stream}
 * @param said the texts of {@code <Say>}
 * @param played the URLs of {@code <Play>}
 * @param transfers where {@code <Dial>} and {@code <Refer>} sent the call
 * @param enqueued the queue the caller ended in; null when in none
 * @param streams the streams, in order, refused ones too
 * @param missedSteps what the caller waited for in vain, in words
 * @param end how it ended
 * @param durationMs from the voice webhook to the end
 * @param recording what was said, both sides
 */
public record CallReport(
    String callSid,
    String voiceTwiml,
    @Nullable String actionTwiml,
    List<String> verbs,
    List<String> said,
    List<String> played,
    List<Transfer> transfers,
    @Nullable Enqueued enqueued,
    List<StreamReport> streams,
    List<String> missedSteps,
    CallEnd end,
    long durationMs,
    StereoRecording recording) {
  /** {@code media} messages sent on all streams. */
  public long framesSent() {
    return sum(StreamReport::framesSent);
  }

  /** {@code media} messages received on all streams. */
  public long framesReceived() {
    return sum(StreamReport::framesReceived);
  }

  /** Marks that the mesh sent, on all streams. */
  public long marksSent() {
    return sum(StreamReport::marksSent);
  }

  /** Marks that came back because they were played. */
  public long marksPlayed() {
    return sum(StreamReport::marksPlayed);
  }

  /** Marks that came back because of a {@code clear}. */
  public long marksCleared() {
    return sum(StreamReport::marksCleared);
  }

  /** {@code clear} messages received. */
  public long clears() {
    return sum(StreamReport::clears);
  }

  /** Messages that Twilio would not have understood. */
  public long invalidMessages() {
    return sum(StreamReport::invalid);
  }

  private long sum(ToLongFunction<StreamReport> count) {
    return streams.stream().mapToLong(count).sum();
  }

  /** The report without recording and documents, for machines. */
  public JsonObject toJson() {
    JsonObject json =
        new JsonObject()
            .put("callSid", callSid)
            .put("end", end.name().toLowerCase(Locale.ROOT))
            .put("durationMs", durationMs)
            .put("verbs", new JsonArray(verbs))
            .put("framesSent", framesSent())
            .put("framesReceived", framesReceived())
            .put("marksSent", marksSent())
            .put("marksPlayed", marksPlayed())
            .put("marksCleared", marksCleared())
            .put("clears", clears())
            .put("invalidMessages", invalidMessages())
            .put("agentSpeechMs", recording.agentSpeechMs())
            .put("missedSteps", new JsonArray(missedSteps))
            .put("transfers", transfersJson());
    if (enqueued != null) {
      json.put("enqueued", enqueuedJson(enqueued));
    }
    return json;
  }

  private JsonArray transfersJson() {
    JsonArray json = new JsonArray();
    transfers.forEach(to -> json.add(new JsonObject().put("to", to.noun())));
    return json;
  }

  private static JsonObject enqueuedJson(Enqueued enqueued) {
    return new JsonObject()
        .put("workflowSid", enqueued.workflowSid())
        .put("queue", enqueued.queue())
        .put("taskAttributes", enqueued.taskAttributes());
  }
}
