package io.callmesh.contracts.session;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What a worker tells of a session that somebody watches: a snapshot first, then what is new.
 *
 * @param kind what it is
 * @param callSid the call
 * @param conversationId the conversation
 * @param connectorId the connector that carries it; whose the call is follows from it
 * @param accountSid the call's Twilio account
 * @param sharedId an identifier of the integrator's own; empty for none
 * @param openedAt when the session was opened
 * @param transcript {@code SNAPSHOT}: what was said so far; {@code TRANSCRIPT}: one line; else
 *     empty
 * @param state {@code SNAPSHOT} and {@code STATE}: the handoff state as the agent last reported it;
 *     else empty
 */
public record SessionNews(
    Kind kind,
    String callSid,
    String conversationId,
    String connectorId,
    String accountSid,
    String sharedId,
    Instant openedAt,
    List<TranscriptLine> transcript,
    HandoffData state) {
  /** What there can be to tell. */
  public enum Kind {
    /** All there is. */
    SNAPSHOT,
    /** Something was said. */
    TRANSCRIPT,
    /** The agent has reported its state. */
    STATE,
    /** The session is over. */
    ENDED
  }

  public SessionNews {
    transcript = List.copyOf(transcript);
  }

  /** The wire form. */
  public JsonObject toJson() {
    JsonArray lines = new JsonArray();
    transcript.forEach(line -> lines.add(line.toJson()));
    return new JsonObject()
        .put("kind", kind.name().toLowerCase(Locale.ROOT))
        .put("callSid", callSid)
        .put("conversationId", conversationId)
        .put("connectorId", connectorId)
        .put("accountSid", accountSid)
        .put("sharedId", sharedId)
        .put("openedAt", openedAt.toString())
        .put("transcript", lines)
        .put("state", state.text());
  }

  /** Reads the wire form. */
  public static SessionNews fromJson(JsonObject json) {
    return new SessionNews(
        Kind.valueOf(json.getString("kind").toUpperCase(Locale.ROOT)),
        json.getString("callSid"),
        json.getString("conversationId"),
        json.getString("connectorId"),
        json.getString("accountSid", ""),
        json.getString("sharedId", ""),
        Instant.parse(json.getString("openedAt")),
        json.getJsonArray("transcript", new JsonArray()).stream()
            .map(line -> TranscriptLine.fromJson((JsonObject) line))
            .toList(),
        HandoffData.of(json.getString("state", "{}")));
  }
}
