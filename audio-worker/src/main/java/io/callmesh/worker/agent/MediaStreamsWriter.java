package io.callmesh.worker.agent;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.session.OpenSession;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.TreeMap;

/**
 * Writes what Twilio sends (reference/twilio.md 4.1): numbers as strings where Twilio has strings,
 * {@code sequenceNumber} from 1 on {@code start} for messages of every kind, {@code chunk} from 1
 * for media. For one connection; only media, which comes fifty times a second, is put together by
 * hand.
 */
final class MediaStreamsWriter {
  private final String streamSid;
  private final SessionStart start;
  private final String mediaEnd;
  private final StringBuilder media = new StringBuilder(512);
  private long sequence;
  private long chunk;
  private long mulawBytes;

  MediaStreamsWriter(String streamSid, SessionStart start) {
    this.streamSid = streamSid;
    this.start = start;
    // Through a JSON writer once: the SID came over the wire.
    String quoted = new JsonObject().put("streamSid", streamSid).encode();
    this.mediaEnd = "\"}," + quoted.substring(1);
  }

  String connected() {
    return new JsonObject()
        .put("event", "connected")
        .put("protocol", "Call")
        .put("version", "1.0.0")
        .encode();
  }

  String start() {
    JsonObject format =
        new JsonObject()
            .put("encoding", "audio/x-mulaw")
            .put("sampleRate", 8000)
            .put("channels", 1);
    JsonObject details =
        call()
            .put("streamSid", streamSid)
            .put("tracks", new JsonArray().add("inbound"))
            .put("mediaFormat", format)
            .put("customParameters", customParameters());
    return message("start").put("start", details).encode();
  }

  /** What the caller's TwiML said, and what is ours and not empty; all are strings. */
  private JsonObject customParameters() {
    OpenSession open = start.open();
    Connector connector = start.connector();
    String sharedId = start.sharedId();
    JsonObject parameters = new JsonObject();
    new TreeMap<>(open.customParameters()).forEach(parameters::put);
    ours(parameters, "conversationId", open.conversationId());
    ours(parameters, "accountId", connector.accountId());
    ours(parameters, "projectId", connector.projectId());
    ours(parameters, "connectorId", connector.connectorId());
    ours(parameters, "clientEnv", connector.clientEnv());
    ours(parameters, "variantId", connector.variantId());
    ours(parameters, "asrLangCode", connector.asrLangCode());
    ours(parameters, "ttsLangCode", connector.ttsLangCode());
    ours(parameters, "voiceName", connector.voiceName());
    ours(parameters, "from", open.from());
    ours(parameters, "to", open.to());
    ours(parameters, "sharedId", sharedId == null ? "" : sharedId);
    ours(parameters, "resume", String.valueOf(start.resume()));
    ours(parameters, "resumeReason", start.resumeReason());
    return parameters;
  }

  private static void ours(JsonObject parameters, String name, String value) {
    if (!value.isEmpty()) {
      parameters.put("callmesh." + name, value);
    }
  }

  /** The caller's audio. {@code timestamp} is the end of it, as the first of Twilio's says 20. */
  String media(byte[] mulaw) {
    mulawBytes += mulaw.length;
    media.setLength(0);
    media
        .append("{\"event\":\"media\",\"sequenceNumber\":\"")
        .append(++sequence)
        .append("\",\"media\":{\"track\":\"inbound\",\"chunk\":\"")
        .append(++chunk)
        .append("\",\"timestamp\":\"")
        .append(mulawBytes / Frame.BYTES_PER_MS)
        .append("\",\"payload\":\"")
        .append(Base64.getEncoder().encodeToString(mulaw))
        .append(mediaEnd);
    return media.toString();
  }

  /** Audio that was dropped on the way: the clock of the media goes on without it. */
  void skip(long bytes) {
    mulawBytes += bytes;
  }

  String dtmf(String digit) {
    JsonObject dtmf = new JsonObject().put("track", "inbound_track").put("digit", digit);
    return message("dtmf").put("dtmf", dtmf).encode();
  }

  String mark(String name) {
    return message("mark").put("mark", new JsonObject().put("name", name)).encode();
  }

  String stop() {
    return message("stop").put("stop", call()).encode();
  }

  private JsonObject message(String event) {
    return new JsonObject()
        .put("event", event)
        .put("sequenceNumber", String.valueOf(++sequence))
        .put("streamSid", streamSid);
  }

  private JsonObject call() {
    return new JsonObject()
        .put("accountSid", start.open().accountSid())
        .put("callSid", start.open().callSid());
  }
}
