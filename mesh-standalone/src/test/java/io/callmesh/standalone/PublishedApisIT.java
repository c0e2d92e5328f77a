package io.callmesh.standalone;

import static io.callmesh.standalone.WholeMesh.PATIENCE;
import static io.callmesh.standalone.WholeMesh.destination;
import static io.callmesh.standalone.WholeMesh.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.Ids;
import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.SimulatedCall;
import io.callmesh.standalone.WholeMesh.Answer;
import io.callmesh.standalone.WholeMesh.Line;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The API shapes that our users already call, as they are published: each row of the tables in
 * reference/polyai.md, asked over HTTP of one running mesh, with nothing changed but the host.
 */
class PublishedApisIT {
  private static final String SHARED_ID = "order 4711/ä";
  private static final String OTHER_ACCOUNT = "globex";
  private static final String OTHER_PROJECT = "sales";
  private static final JsonObject KNOWN =
      new JsonObject()
          .put("customer_id", "c-7")
          .put("balance", new BigDecimal("17.10"))
          .put("order", new JsonObject().put("lines", new JsonArray().add(1).addNull()));

  private static WholeMesh mesh;
  private static Handoff handoff;

  /** Another account's, which has no shared id. */
  private static Handoff other;

  private static int numbers;

  /** A call that its agent has handed off. */
  private record Handoff(String callSid, String conversationId, CallReport report) {
    static Handoff of(Line line, CallReport report) {
      String conversation = line.start(0).getString("conversation_id");
      return new Handoff(report.callSid(), conversation, report);
    }
  }

  @BeforeAll
  static void makeTwoCalls(@TempDir Path data) throws Exception {
    mesh = WholeMesh.start(data, Map.of());
    String connectorId = Ids.connector();
    JsonObject document =
        new JsonObject()
            .put("connectorId", connectorId)
            .put(
                "twiml",
                """
                <Response>
                  <Say>Connecting your call...</Say>
                  <Connect connectorId="%s" />
                </Response>
                """
                    .formatted(connectorId));
    JsonObject elsewhere =
        new JsonObject().put("accountId", OTHER_ACCOUNT).put("projectId", OTHER_PROJECT);
    AgentScript script = AgentScript.standard().knowing(KNOWN);
    Line own = line(script.sharing(SHARED_ID), document);
    Line another = line(script, elsewhere);
    Future<CallReport> first = call(own);
    Future<CallReport> second = call(another);
    handoff = Handoff.of(own, first.await(60, TimeUnit.SECONDS));
    other = Handoff.of(another, second.await(60, TimeUnit.SECONDS));
  }

  private static Line line(AgentScript script, JsonObject connector) throws Exception {
    return mesh.line(
        script, connector, destination("people", "flex", "WW00000000000000000000000000000001"));
  }

  private static Future<CallReport> call(Line line) {
    CallPlan plan =
        plan(
            line,
            new CallerStep.AwaitAgentSpeech(PATIENCE),
            new CallerStep.Press('0'),
            new CallerStep.StayOnLine());
    SimulatedCall call = mesh.call(plan);
    return call.start();
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  private static Answer get(String path) throws Exception {
    return mesh.ask("GET", path, null, mesh.adminKey());
  }

  private static String encode(String text) {
    return MeshApi.encode(text);
  }

  private static JsonObject json(String name, Object value) {
    return new JsonObject().put(name, value);
  }

  @Nested
  @DisplayName("Handoff API")
  class HandoffApi {
    private static final String SHORT = "/v1/handoff_state";

    @Test
    @DisplayName("Short form: GET /v1/handoff_state?id=…")
    void shortForm() throws Exception {
      JsonObject body = get(SHORT + "?id=" + handoff.callSid()).body(200);

      assertThat(body.getString("id")).isEqualTo(handoff.conversationId());
    }

    @Test
    @DisplayName("Full form: GET /v1/{account_id}/{project_id}/handoff_state?id=… or ?shared_id=…")
    void fullForm() throws Exception {
      String full = "/v1/" + WholeMesh.ACCOUNT + "/" + WholeMesh.PROJECT + "/handoff_state";
      Answer expected = get(SHORT + "?id=" + handoff.callSid());

      assertThat(get(full + "?id=" + handoff.callSid())).isEqualTo(expected);
      assertThat(get(full + "?shared_id=" + encode(SHARED_ID))).isEqualTo(expected);
      assertThat(get(full + "?id=" + other.callSid()).status()).isEqualTo(404);
    }

    @Test
    @DisplayName("Auth: header x-api-key; a key is scoped to account, project and region")
    void auth() throws Exception {
      String ours = mesh.keyOf(WholeMesh.ACCOUNT, WholeMesh.PROJECT);
      String query = "/handoff_state?id=" + handoff.callSid();
      String full = "/v1/" + OTHER_ACCOUNT + "/" + OTHER_PROJECT;

      assertThat(mesh.ask("GET", "/v1" + query, null, "").status()).isEqualTo(401);
      assertThat(mesh.ask("GET", "/v1" + query, null, "cmk.key-0.x").status()).isEqualTo(401);
      assertThat(mesh.ask("GET", "/v1" + query, null, ours).status()).isEqualTo(200);
      assertThat(mesh.ask("GET", full + query, null, ours).status()).isEqualTo(403);
      for (String scope : List.of(OTHER_ACCOUNT, WholeMesh.ACCOUNT)) {
        String stranger = mesh.keyOf(scope, "another");
        assertThat(mesh.ask("GET", "/v1" + query, null, stranger).status()).isEqualTo(404);
      }
    }

    @Test
    @DisplayName("id: the conversation id, or the Twilio CallSid")
    void id() throws Exception {
      assertThat(get(SHORT + "?id=" + handoff.conversationId()))
          .isEqualTo(get(SHORT + "?id=" + handoff.callSid()));
      assertThat(get(SHORT + "?id=" + CallPlan.newCallSid()).status()).isEqualTo(404);
    }

    @Test
    @DisplayName(
        "shared_id: an identifier of the integrator's own; if both are given, shared_id wins; at"
            + " least one is required")
    void sharedId() throws Exception {
      String shared = "shared_id=" + encode(SHARED_ID);
      Answer expected = get(SHORT + "?id=" + handoff.callSid());

      assertThat(get(SHORT + "?" + shared)).isEqualTo(expected);
      assertThat(get(SHORT + "?id=" + other.callSid() + "&" + shared)).isEqualTo(expected);
      assertThat(get(SHORT + "?id=" + handoff.callSid() + "&shared_id=nobodys").status())
          .isEqualTo(404);
      assertThat(get(SHORT).status()).isEqualTo(400);
    }

    @Test
    @DisplayName("200 body: id, data and shared_id, the latter only when there is one")
    void body() throws Exception {
      Answer with = get(SHORT + "?id=" + handoff.callSid());
      JsonObject without = get(SHORT + "?id=" + other.callSid()).body(200);

      assertThat(with.contentType()).startsWith("application/json");
      assertThat(with.body(200).fieldNames()).containsOnly("id", "data", "shared_id");
      assertThat(with.body().getString("shared_id")).isEqualTo(SHARED_ID);
      assertThat(without.fieldNames()).containsOnly("id", "data");
      assertThat(without.getString("id")).isEqualTo(other.conversationId());
    }

    @Test
    @DisplayName("meaning: exactly what the agent had stored at the moment of handoff; read-only")
    void meaning() throws Exception {
      String path = SHORT + "?id=" + handoff.callSid();
      Answer before = get(path);
      JsonObject data = before.body(200).getJsonObject("data");

      assertThat(data.getString("customer_id")).isEqualTo("c-7");
      assertThat(data.getJsonObject("order")).isEqualTo(KNOWN.getJsonObject("order"));
      assertThat(data.getString("handoff_reason")).isEqualTo("caller_pressed_0");
      assertThat(before.text()).contains("\"balance\":17.10,");
      for (String method : List.of("POST", "PUT", "PATCH")) {
        assertThat(mesh.ask(method, path, json("data", data), mesh.adminKey()).status())
            .isEqualTo(405);
      }
      assertThat(get(path)).isEqualTo(before);
    }
  }

  /** What belongs to one test alone. */
  private static final class Project {
    private final String id = "project-" + Ids.hex(4);
    private final String path = "/v1/agents/" + id + "/telephony";

    Answer ask(String method, String below, JsonObject body) throws Exception {
      return mesh.ask(method, path + below, body, mesh.adminKey());
    }

    Answer get(String below) throws Exception {
      return mesh.ask("GET", path + below, null, mesh.adminKey());
    }

    Answer delete(String below) throws Exception {
      return mesh.ask("DELETE", path + below, null, mesh.adminKey());
    }

    JsonObject form(String name) {
      return new JsonObject()
          .put("name", name)
          .put("accountId", WholeMesh.ACCOUNT)
          .put("projectId", id)
          .put("clientEnv", "live")
          .put("variantId", "variant-b")
          .put("asrLangCode", "en-GB")
          .put("ttsLangCode", "en-GB");
    }

    /** A connector's id. */
    String connector(String name) throws Exception {
      return ask("POST", "/connectors", form(name)).body(201).getString("connectorId");
    }

    /** A number of the project's, led to a connector. */
    String number(String connectorId) throws Exception {
      String number = freeNumber();
      assertThat(ask("POST", "/phone-numbers", importing(number)).status()).isEqualTo(201);
      assertThat(lead(number, connectorId).status()).isEqualTo(200);
      return number;
    }

    JsonObject importing(String... some) {
      return json("phoneNumbers", new JsonArray(List.of(some))).put("clientEnv", "live");
    }

    Answer lead(String number, String connectorId) throws Exception {
      return ask("PATCH", "/phone-numbers/" + encode(number), json("connectorId", connectorId));
    }
  }

  private static String freeNumber() {
    return "+1415556%04d".formatted(++numbers);
  }

  private static Stream<JsonObject> objects(JsonObject body, String name) {
    return body.getJsonArray(name).stream().map(JsonObject.class::cast);
  }

  @Nested
  @DisplayName("Connectors API")
  class ConnectorsApi {
    private final Project project = new Project();

    @Test
    @DisplayName("GET …/connectors: {\"connectors\": […]}")
    void list() throws Exception {
      String a = project.connector("a");
      String b = project.connector("b");

      JsonObject body = project.get("/connectors").body(200);

      assertThat(objects(body, "connectors").map(one -> one.getString("connectorId")))
          .containsExactlyInAnyOrder(a, b);
    }

    @Test
    @DisplayName("POST …/connectors: create; outputs the connector id and the token, shown once")
    void create() throws Exception {
      JsonObject created = project.ask("POST", "/connectors", project.form("main")).body(201);

      JsonObject shown = created.copy();
      assertThat(shown.remove("connectorToken")).asString().isNotBlank();
      assertThat(shown.getString("connectorId")).isNotBlank();
      assertThat(shown.getMap()).containsAllEntriesOf(project.form("main").getMap());
      assertThat(project.get("/connectors/" + shown.getString("connectorId")).body(200))
          .isEqualTo(shown);
    }

    @Test
    @DisplayName("GET …/connectors/{connectorId}: one, in camelCase")
    void one() throws Exception {
      String id = project.connector("main");

      JsonObject shown = project.get("/connectors/" + id).body(200);

      assertThat(shown.getString("connectorId")).isEqualTo(id);
      assertThat(shown.fieldNames())
          .contains(
              "name",
              "accountId",
              "projectId",
              "clientEnv",
              "variantId",
              "asrLangCode",
              "ttsLangCode",
              "voiceName",
              "disableHandoff");
      assertThat(project.get("/connectors/conn-none").status()).isEqualTo(404);
    }

    @Test
    @DisplayName(
        "PATCH …/connectors/{connectorId}: only the fields present change; null clears; voiceName"
            + " sets ttsLangCode; projectId moves it, with access to both projects")
    void patch() throws Exception {
      String id = project.connector("main");
      String path = "/connectors/" + id;
      JsonObject before = project.get(path).body(200);
      JsonObject change =
          json("voiceName", "de-DE-Standard-A").putNull("variantId").put("disableHandoff", true);
      Project target = new Project();
      JsonObject move = json("projectId", target.id);
      String ownKey = mesh.keyOf(WholeMesh.ACCOUNT, project.id);

      JsonObject changed = project.ask("PATCH", path, change).body(200);
      Answer refused = mesh.ask("PATCH", project.path + path, move, ownKey);
      JsonObject moved = project.ask("PATCH", path, move).body(200);

      JsonObject expected =
          before
              .copy()
              .put("voiceName", "de-DE-Standard-A")
              .put("ttsLangCode", "de-DE")
              .put("variantId", "")
              .put("disableHandoff", true);
      assertThat(changed).isEqualTo(expected);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(moved).isEqualTo(expected.put("projectId", target.id));
      assertThat(project.get(path).status()).isEqualTo(404);
      assertThat(target.get(path).body(200)).isEqualTo(moved);
    }

    @Test
    @DisplayName("DELETE …/connectors/{connectorId}: cascades to its numbers")
    void delete() throws Exception {
      String id = project.connector("main");
      String number = project.number(id);

      JsonObject deleted = project.delete("/connectors/" + id).body(200);

      assertThat(deleted)
          .isEqualTo(
              json("deletedConnector", id).put("deletedPhoneNumbers", new JsonArray().add(number)));
      assertThat(project.get("/connectors/" + id).status()).isEqualTo(404);
      assertThat(project.get("/phone-numbers").body(200).getJsonArray("phoneNumbers")).isEmpty();
    }

    @Test
    @DisplayName("POST …/connectors/batch: {\"found\": […], \"notFound\": […]}")
    void batchGet() throws Exception {
      String id = project.connector("main");
      JsonArray asked = new JsonArray().add(id).add("conn-none");

      JsonObject body =
          project.ask("POST", "/connectors/batch", json("connectorIds", asked)).body(200);

      assertThat(objects(body, "found").map(one -> one.getString("connectorId")))
          .containsExactly(id);
      assertThat(body.getJsonArray("notFound")).containsExactly("conn-none");
    }

    @Test
    @DisplayName("PATCH …/connectors/batch: each applied and reported by itself")
    void batchPatch() throws Exception {
      String id = project.connector("main");
      JsonArray updates =
          new JsonArray()
              .add(json("connectorId", "conn-none").put("name", "x"))
              .add(json("connectorId", id).put("name", "renamed"));

      JsonObject body =
          project.ask("PATCH", "/connectors/batch", json("updates", updates)).body(200);

      assertThat(objects(body, "results").map(one -> one.getString("connectorId")))
          .containsExactly("conn-none", id);
      assertThat(project.get("/connectors/" + id).body(200).getString("name")).isEqualTo("renamed");
    }

    @Test
    @DisplayName("POST …/connectors/lookup: the connector that serves a number")
    void lookup() throws Exception {
      String id = project.connector("main");
      String number = project.number(id);

      Answer served = project.ask("POST", "/connectors/lookup", json("phoneNumber", number));
      Answer unknown = project.ask("POST", "/connectors/lookup", json("phoneNumber", freeNumber()));

      assertThat(served.body(200).getString("connectorId")).isEqualTo(id);
      assertThat(unknown.status()).isEqualTo(404);
    }
  }

  @Nested
  @DisplayName("Phone numbers")
  class PhoneNumbers {
    private final Project project = new Project();

    private JsonObject shown(String number, String connectorId) {
      return json("number", number)
          .put("projectId", project.id)
          .put("accountId", WholeMesh.ACCOUNT)
          .put("clientEnv", "live")
          .put("connectorId", connectorId);
    }

    @Test
    @DisplayName("GET …/phone-numbers?connectorId=…: {\"phoneNumbers\": […]}")
    void list() throws Exception {
      String id = project.connector("main");
      String number = project.number(id);
      String elsewhere = project.number(project.connector("second"));

      JsonObject some = project.get("/phone-numbers?connectorId=" + id).body(200);
      JsonObject all = project.get("/phone-numbers").body(200);

      assertThat(some.getJsonArray("phoneNumbers")).containsExactly(shown(number, id));
      assertThat(objects(all, "phoneNumbers").map(one -> one.getString("number")))
          .containsExactlyInAnyOrder(number, elsewhere);
    }

    @Test
    @DisplayName("POST …/phone-numbers: clientEnv is live unless given; {\"imported\": […]}")
    void imports() throws Exception {
      String number = freeNumber();
      JsonObject wanted = json("phoneNumbers", new JsonArray().add(number));

      JsonObject body = project.ask("POST", "/phone-numbers", wanted).body(201);

      JsonObject imported = objects(body, "imported").toList().get(0);
      assertThat(imported.getString("number")).isEqualTo(number);
      assertThat(imported.getString("projectId")).isEqualTo(project.id);
      assertThat(imported.getString("clientEnv")).isEqualTo("live");
    }

    @Test
    @DisplayName("PATCH …/phone-numbers/{phoneNumber}: the number")
    void patch() throws Exception {
      String id = project.connector("main");
      String number = freeNumber();
      assertThat(project.ask("POST", "/phone-numbers", project.importing(number)).status())
          .isEqualTo(201);

      assertThat(project.lead(number, id).body(200)).isEqualTo(shown(number, id));
    }

    @Test
    @DisplayName("DELETE …/phone-numbers: {\"deleted\": […], …per-number failures and why}")
    void delete() throws Exception {
      String number = project.number(project.connector("main"));
      String unknown = freeNumber();
      JsonObject both = json("phoneNumbers", new JsonArray().add(number).add(unknown));

      JsonObject body = project.ask("DELETE", "/phone-numbers", both).body(200);

      assertThat(body.getJsonArray("deleted")).containsExactly(number);
      JsonObject failure = objects(body, "failed").toList().get(0);
      assertThat(failure.getString("number")).isEqualTo(unknown);
      assertThat(failure.getString("reason")).isNotBlank();
      assertThat(project.get("/phone-numbers").body(200).getJsonArray("phoneNumbers")).isEmpty();
    }
  }

  @Nested
  @DisplayName("Routing, as their users write it")
  class Routing {
    @Test
    @DisplayName("<Say>Connecting your call...</Say> <Connect connectorId=\"CONNECTOR-ID\" />")
    void documentWithAConnector() {
      assertThat(handoff.report().said()).first().isEqualTo("Connecting your call...");
      assertThat(handoff.report().verbs()).containsExactly("Say", "Connect/Stream", "Enqueue");
      assertThat(handoff.report().invalidMessages()).isZero();
    }
  }
}
