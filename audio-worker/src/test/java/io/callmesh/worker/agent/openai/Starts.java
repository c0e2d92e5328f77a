package io.callmesh.worker.agent.openai;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.worker.agent.SessionStart;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/** Sessions that begin, for tests. */
final class Starts {
  private Starts() {}

  static SessionStart with(String session) {
    return with(session, AudioFormat.MULAW_8000);
  }

  static SessionStart with(String session, AudioFormat format) {
    return SessionStart.of(open(Map.of(), false), connector(session, false, true), format);
  }

  static SessionStart with(String session, Map<String, String> parameters) {
    return SessionStart.of(
        open(parameters, false), connector(session, false, true), AudioFormat.MULAW_8000);
  }

  static SessionStart comingBack() {
    return SessionStart.of(
        open(Map.of(), true), connector("{}", false, true), AudioFormat.MULAW_8000);
  }

  static SessionStart silent() {
    JsonObject connector = connector("{}", false, true).toJson();
    connector.getJsonObject("agent").put("speaksFirst", false);
    return SessionStart.of(
        open(Map.of(), false), Connector.fromJson(connector), AudioFormat.MULAW_8000);
  }

  static Connector connector(String session, boolean disableHandoff, boolean destinations) {
    JsonArray places = new JsonArray();
    if (destinations) {
      places
          .add(
              new JsonObject()
                  .put("name", "billing")
                  .put("route", "WW1")
                  .put("description", "Questions about invoices"))
          .add(new JsonObject().put("name", "front desk").put("route", "WW2"));
    }
    return Connector.fromJson(
        new JsonObject()
            .put("connectorId", "conn-1")
            .put("accountId", "acc")
            .put("asrLangCode", "en-GB")
            .put("voiceName", "marin")
            .put("disableHandoff", disableHandoff)
            .put("destinations", places)
            .put(
                "agent",
                new JsonObject()
                    .put("protocol", "openai-realtime")
                    .put("url", "wss://api.openai.com/v1/realtime?model=gpt-realtime")
                    .put("session", new JsonObject(session)))
            .put("createdAt", "2026-11-23T12:00:00Z"));
  }

  private static OpenSession open(Map<String, String> parameters, boolean resume) {
    return new OpenSession(
        1,
        "ingress",
        "MZ1",
        "CA1",
        "AC1",
        "conv-1",
        "conn-1",
        "+14155550100",
        "+14155550199",
        parameters,
        resume,
        resume ? "transfer_busy" : "",
        "");
  }
}
