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
 * @param webhooks the webhooks that were answered with a document, in order
 * @param verbRuns the verbs that were run, in order, also by the wait documents of queues
 * @param said the texts of {@code <Say>}
 * @param played the URLs of {@code <Play>}
 * @param transfers where {@code <Dial>} and {@code <Refer>} sent the call
 * @param enqueued the last queue the caller was in; null when in none
 * @param queues how each queue went
 * @param studio the way back into Studio; null when the call did not take it
 * @param streams the streams, in order, refused ones too
 * @param missedSteps what the caller waited for in vain, in words
 * @param end how it ended
 * @param durationMs from the voice webhook to the end
 * @param recording what was said, both sides
 */
public record CallReport(
    String callSid,
    List<WebhookReport> webhooks,
    List<VerbReport> verbRuns,
    List<String> said,
    List<String> played,
    List<Transfer> transfers,
    @Nullable Enqueued enqueued,
    List<QueueReport> queues,
    @Nullable StudioReturn studio,
    List<StreamReport> streams,
    List<String> missedSteps,
    CallEnd end,
    long durationMs,
    StereoRecording recording) {
  /** The answer to the voice webhook; empty when the call ended before there was one. */
  public String voiceTwiml() {
    String voice = last("voice");
    return voice == null ? "" : voice;
  }

  /** The last answer to a {@code <Connect>} action; null when none was requested. */
  public @Nullable String actionTwiml() {
    return last("connect-action");
  }

  private @Nullable String last(String kind) {
    return webhooks.stream()
        .filter(webhook -> webhook.kind().equals(kind))
        .map(WebhookReport::document)
        .reduce((earlier, later) -> later)
        .orElse(null);
  }

  /** The names of the verbs that were run, in order, nouns as {@code Connect/Stream}. */
  public List<String> verbs() {
    return verbRuns.stream().map(VerbReport::name).toList();
  }

  /** The kinds of those webhooks that were sent twice and answered in two ways. */
  public List<String> answeredInTwoWays() {
    return webhooks.stream()
        .filter(webhook -> Boolean.FALSE.equals(webhook.sameTwice()))
        .map(WebhookReport::kind)
        .toList();
  }

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
            .put("verbs", new JsonArray(verbs()))
            .put("framesSent", framesSent())
            .put("framesReceived", framesReceived())
            .put("marksSent", marksSent())
            .put("marksPlayed", marksPlayed())
            .put("marksCleared", marksCleared())
            .put("clears", clears())
            .put("invalidMessages", invalidMessages())
            .put("agentSpeechMs", recording.agentSpeechMs())
            .put("missedSteps", new JsonArray(missedSteps))
            .put("answeredInTwoWays", new JsonArray(answeredInTwoWays()))
            .put("transfers", transfersJson())
            .put("queues", queuesJson());
    if (enqueued != null) {
      json.put("enqueued", enqueuedJson(enqueued));
    }
    if (studio != null) {
      json.put("studio", studioJson(studio));
    }
    return json;
  }

  private JsonArray transfersJson() {
    JsonArray json = new JsonArray();
    transfers.forEach(to -> json.add(new JsonObject().put("to", to.noun())));
    return json;
  }

  private JsonArray queuesJson() {
    JsonArray json = new JsonArray();
    for (QueueReport queue : queues) {
      json.add(
          new JsonObject()
              .put("result", queue.result())
              .put("seconds", queue.seconds())
              .put("waits", queue.waits()));
    }
    return json;
  }

  private static JsonObject studioJson(StudioReturn studio) {
    JsonObject variables = new JsonObject();
    studio.variables().forEach(variables::put);
    return new JsonObject().put("flowSid", studio.flowSid()).put("variables", variables);
  }

  private static JsonObject enqueuedJson(Enqueued enqueued) {
    return new JsonObject()
        .put("workflowSid", enqueued.workflowSid())
        .put("queue", enqueued.queue())
        .put("taskAttributes", enqueued.taskAttributes());
  }
}
