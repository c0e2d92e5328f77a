package io.callmesh.routing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Ids;
import io.callmesh.routing.DocumentedApi.Reply;
import io.callmesh.runtime.service.MeshProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A project's whole configuration, over HTTP and on a real broker. */
class ConfigIT {
  private static final String WORKFLOW = "WW0123456789abcdef0123456789abcdef";
  private static final AtomicInteger numbers = new AtomicInteger();

  @TempDir private static Path data;
  private static EmbeddedBroker broker;
  private static MeshProcess process;

  private final DocumentedApi api = new DocumentedApi(() -> process.port(), Replica.ADMIN_API_KEY);
  private final String project = "project-" + Ids.hex(4);

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start(data);
    process = Replica.start(broker, Map.of()).await(60, SECONDS);
  }

  @AfterAll
  static void stop() throws Exception {
    process.stop().await(30, SECONDS);
    broker.close();
  }

  private String base() {
    return "/v1/agents/" + project + "/telephony";
  }

  private Reply put(JsonObject document, String query, String... headers) {
    String nobodys = query.isEmpty() ? "?accountId=" : query + "&accountId=";
    return api.send("PUT", base() + "/config" + nobodys, document.encode(), headers);
  }

  private JsonObject applied(JsonObject document) {
    return put(document, "").json(200);
  }

  private void given(JsonObject document) {
    assertThat(put(document, "").status()).isEqualTo(200);
  }

  private JsonObject exported() {
    return api.get(base() + "/config").json(200);
  }

  private static String freeNumber() {
    return "+1416555%04d".formatted(numbers.incrementAndGet());
  }

  private static JsonObject support() {
    return new JsonObject()
        .put("name", "support")
        .put("voiceName", "en-GB-Standard-A")
        .put(
            "agent",
            new JsonObject()
                .put("url", "wss://agent.example")
                .put("headers", new JsonObject().put("X-Tenant", "acme")))
        .put(
            "destinations",
            new JsonArray().add(new JsonObject().put("name", "people").put("route", WORKFLOW)))
        .put("twiml", "<Response>\n  <Connect connectorId=\"\"/>\n</Response>\n");
  }

  private static JsonObject number(String number, @Nullable String connector) {
    return new JsonObject()
        .put("number", number)
        .put("clientEnv", "live")
        .put("connector", connector);
  }

  private static JsonObject document(JsonArray connectors, JsonArray numbers) {
    return new JsonObject().put("connectors", connectors).put("phoneNumbers", numbers);
  }

  private static JsonObject document(JsonObject... connectors) {
    return document(new JsonArray(List.of(connectors)), new JsonArray());
  }

  private static List<String> told(JsonObject answer) {
    return answer.getJsonArray("changes").stream()
        .map(JsonObject.class::cast)
        .map(one -> one.getString("change") + " " + one.getString("name"))
        .toList();
  }

  @Test
  void makesAnEmptyProjectAsTheDocumentSays() {
    String led = freeNumber();
    String free = freeNumber();
    JsonObject document =
        document(
            new JsonArray().add(support()).add(new JsonObject().put("name", "sales")),
            new JsonArray().add(number(led, "support")).add(number(free, null)));

    JsonObject answer = applied(document);

    assertThat(told(answer))
        .containsExactly("create support", "create sales", "create " + led, "create " + free);
    JsonObject tokens = answer.getJsonObject("connectorTokens");
    assertThat(tokens.fieldNames()).containsExactlyInAnyOrder("support", "sales");
    JsonArray connectors = api.get(base() + "/connectors").json(200).getJsonArray("connectors");
    assertThat(connectors).hasSize(2);
    JsonObject support = connectors.getJsonObject(1);
    assertThat(support.getString("ttsLangCode")).isEqualTo("en-GB");
    assertThat(tokens.getString("support"))
        .startsWith("cmt." + support.getString("connectorId") + ".");
    assertThat(api.get(base() + "/phone-numbers/" + led).json(200).getString("connectorId"))
        .isEqualTo(support.getString("connectorId"));
  }

  @Test
  void changesNothingWhenAnExportIsApplied() {
    given(
        document(
            new JsonArray().add(support()).add(new JsonObject().put("name", "sales")),
            new JsonArray().add(number(freeNumber(), "support")).add(number(freeNumber(), null))));
    Reply before = api.get(base() + "/config");
    Reply yaml = api.get(base() + "/config", "accept", "application/yaml");

    Reply json = put(before.json(200), "");
    Reply again =
        api.send("PUT", base() + "/config", yaml.body(), "content-type", "application/yaml");

    assertThat(yaml.contentType()).isEqualTo("application/yaml");
    assertThat(yaml.body()).contains("  twiml: |\n", "connector: support");
    for (Reply reply : List.of(json, again)) {
      assertThat(reply.json(200).getJsonArray("changes")).isEmpty();
      assertThat(reply.json(200).getJsonObject("connectorTokens")).isEmpty();
      assertThat(reply.tag()).isEqualTo(before.tag());
    }
    assertThat(api.get(base() + "/config", "if-none-match", before.tag()).status()).isEqualTo(304);
  }

  @Test
  void changesRenamesAndDeletesWhatDiffers() {
    String kept = freeNumber();
    String gone = freeNumber();
    given(
        document(
            new JsonArray().add(support()).add(new JsonObject().put("name", "sales")),
            new JsonArray().add(number(kept, "support")).add(number(gone, "sales"))));
    JsonObject document = exported();
    JsonObject support = document.getJsonArray("connectors").getJsonObject(1);
    support.put("name", "help").getJsonObject("agent").put("url", "wss://new.example");
    document.getJsonArray("connectors").remove(0);
    document.put(
        "phoneNumbers", new JsonArray().add(number(kept, "help").put("clientEnv", "sandbox")));

    JsonObject answer = applied(document);

    assertThat(told(answer))
        .containsExactly("update help", "delete sales", "update " + kept, "delete " + gone);
    assertThat(answer.getJsonArray("changes").getJsonObject(0).getJsonArray("fields"))
        .containsExactlyInAnyOrder(
            field("name", "support", "help"),
            field("agent.url", "wss://agent.example", "wss://new.example"));
    assertThat(answer.getJsonArray("changes").getJsonObject(2).getJsonArray("fields"))
        .containsExactly(field("clientEnv", "live", "sandbox"));
    assertThat(exported()).isEqualTo(document);
    assertThat(answer.getJsonObject("connectorTokens")).isEmpty();
  }

  private static JsonObject field(String path, Object from, Object to) {
    return new JsonObject().put("path", path).put("from", from).put("to", to);
  }

  @Test
  void clearsWhatTheDocumentDoesNotSay() {
    given(
        document(
            support()
                .put("sharedIdParameter", "order")
                .put("sensitiveFields", new JsonArray().add("pin"))
                .put("handoffLifetime", 600)
                .put("variantId", "b")));

    JsonObject answer = applied(document(new JsonObject().put("name", "support")));

    assertThat(answer.getJsonArray("changes").getJsonObject(0).getJsonArray("fields").stream())
        .extracting(one -> ((JsonObject) one).getString("path"))
        .containsExactlyInAnyOrder(
            "variantId",
            "ttsLangCode",
            "voiceName",
            "agent",
            "destinations",
            "twiml",
            "sharedIdParameter",
            "sensitiveFields",
            "handoffLifetime");
  }

  @Test
  void keepsATokenThroughAnUpdate() {
    given(document(support()));
    String id = exported().getJsonArray("connectors").getJsonObject(0).getString("connectorId");
    String tag = api.get(base() + "/connectors/" + id).tag();

    JsonObject answer = applied(document(support().put("clientEnv", "sandbox")));

    assertThat(told(answer)).containsExactly("update support");
    assertThat(answer.getJsonObject("connectorTokens")).isEmpty();
    assertThat(api.get(base() + "/connectors/" + id).tag()).isNotEqualTo(tag);
  }

  @Test
  void createsAConnectorWithTheIdThatItIsGiven() {
    String id = "conn-" + project;

    JsonObject answer = applied(document(support().put("connectorId", id)));

    assertThat(answer.getJsonObject("connectorTokens").getString("support"))
        .startsWith("cmt." + id + ".");
    assertThat(api.get(base() + "/connectors/" + id).status()).isEqualTo(200);
    String elsewhere = "/v1/agents/other-" + project + "/telephony/config";
    assertThat(
            api.send("PUT", elsewhere, document(support().put("connectorId", id)).encode())
                .problem(422))
        .isEqualTo("connectors[0].connectorId belongs to another project or account: '" + id + "'");
  }

  @Test
  void tellsTheChangesOnADryRunAndMakesNone() {
    JsonObject document = document(support());

    JsonObject answer = put(document, "?dryRun=true").json(200);

    assertThat(told(answer)).containsExactly("create support");
    assertThat(answer.getJsonObject("connectorTokens")).isEmpty();
    assertThat(api.get(base() + "/connectors").json(200).getJsonArray("connectors")).isEmpty();
    assertThat(put(document, "?dryRun=maybe").problem(400)).contains("dryRun");
  }

  @Test
  void refusesToOverwriteWhatSomebodyHasChanged() {
    String tag = put(document(support()), "?dryRun=true").tag();
    JsonObject sales = document(new JsonObject().put("name", "sales"));

    assertThat(put(document(support()), "", "if-match", tag).status()).isEqualTo(200);
    assertThat(put(sales, "", "if-match", tag).problem(412)).contains("fetch it again");
    assertThat(told(put(sales, "", "if-match", api.get(base() + "/config").tag()).json(200)))
        .containsExactly("create sales", "delete support");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|connectors is required",
        "{\"connectors\":[],\"phoneNumbers\":[],\"extra\":1}|extra is unknown here",
        "{\"connectors\":[{}],\"phoneNumbers\":[]}|connectors[0].name is required",
        "{\"connectors\":[{\"name\":\"a\",\"connectorId\":\"x\"}],\"phoneNumbers\":[]}|connectors[0].connectorId must be conn-",
        "{\"connectors\":[{\"name\":\"a\",\"accountId\":\"x\"}],\"phoneNumbers\":[]}|connectors[0].accountId must be left out",
        "{\"connectors\":[{\"name\":\"a\"},{\"name\":\"a\"}],\"phoneNumbers\":[]}|connectors[1].name must not be there twice, was 'a'",
        "{\"connectors\":[{\"name\":\"a\",\"fallbackDestination\":\"x\"}],\"phoneNumbers\":[]}|connectors[0].fallbackDestination must be one of destinations",
        "{\"connectors\":[{\"name\":\"a\",\"twiml\":\"<Response><Connect connectorId='conn-x'/></Response>\"}],\"phoneNumbers\":[]}|connectors[0].twiml names a connector",
        "{\"connectors\":[],\"phoneNumbers\":[{\"number\":14155550100}]}|phoneNumbers[0].number must be an E.164 number in quotes",
        "{\"connectors\":[],\"phoneNumbers\":[{\"number\":\"+15005550006\",\"connector\":\"a\"}]}|phoneNumbers[0].connector must be a connector of this document, was 'a'",
        "{\"connectors\":[],\"phoneNumbers\":[{\"number\":\"+15005550006\"},{\"number\":\"+15005550006\"}]}|phoneNumbers[1].number must not be there twice",
      })
  void storesNothingWhenAnythingIsWrong(String document, String sentence) {
    given(document(support()));
    JsonObject before = exported();

    assertThat(api.send("PUT", base() + "/config", document).problem(422)).startsWith(sentence);
    assertThat(exported()).isEqualTo(before);
  }

  @Test
  void refusesNumbersOfOthers() {
    String theirs = freeNumber();
    JsonObject taken = document(new JsonArray(), new JsonArray().add(number(theirs, null)));
    String elsewhere = "/v1/agents/other-" + project + "/telephony/config?accountId=";
    assertThat(api.send("PUT", elsewhere, taken.encode()).status()).isEqualTo(200);

    assertThat(put(taken, "").problem(422))
        .isEqualTo(
            "phoneNumbers[0].number belongs to another project or account: '" + theirs + "'");
  }

  @Test
  void letsADocumentsConnectorsNameEachOther() {
    String id = "conn-" + project;
    JsonObject naming =
        new JsonObject()
            .put("name", "front")
            .put("twiml", "<Response><Connect connectorId='" + id + "'/></Response>");

    assertThat(told(applied(document(naming, support().put("connectorId", id)))))
        .containsExactly("create front", "create support");
    assertThat(put(document(naming), "").json(200).getJsonArray("changes")).hasSize(1);
    assertThat(put(document(naming.copy().put("variantId", "b")), "").problem(422))
        .startsWith("connectors[0].twiml names a connector that this account does not have");
  }

  @Test
  void keepsToOneAccount() {
    JsonObject mine = new JsonObject().put("name", "mine").put("accountId", "acme");
    JsonObject theirs = new JsonObject().put("name", "theirs").put("accountId", "other");
    assertThat(api.post(base() + "/connectors", mine).status()).isEqualTo(201);
    String key =
        api.post("/v1/api-keys", new JsonObject().put("name", "n").put("accountId", "acme"))
            .json(201)
            .getString("apiKey");
    assertThat(exported().getJsonArray("connectors")).hasSize(1);
    assertThat(api.post(base() + "/connectors", theirs).status()).isEqualTo(201);

    assertThat(api.get(base() + "/config").problem(409)).contains("'acme', 'other'", "accountId");
    assertThat(api.get(base() + "/config?accountId=other").json(200).getJsonArray("connectors"))
        .hasSize(1);
    assertThat(api.with(key).get(base() + "/config?accountId=other").status()).isEqualTo(403);
    assertThat(told(api.with(key).send("PUT", base() + "/config", document().encode()).json(200)))
        .containsExactly("delete mine");
    assertThat(api.get(base() + "/connectors").json(200).getJsonArray("connectors")).hasSize(1);
  }

  @Test
  void wantsToKnowWhoseANewProjectIs() {
    String config = base() + "/config";
    String document = document(support()).encode();

    for (String query : List.of("", "?dryRun=true")) {
      assertThat(api.send("PUT", config + query, document).problem(422)).contains("?accountId=");
    }
    assertThat(api.send("PUT", config, document().encode()).status()).isEqualTo(200);
    assertThat(api.send("PUT", config + "?accountId=acme", document).status()).isEqualTo(200);
    assertThat(told(api.send("PUT", config, document().encode()).json(200)))
        .containsExactly("delete support");
  }

  @Test
  void limitsEachAccountInAProjectByItself() {
    JsonArray many = new JsonArray();
    for (int i = 0; i < 1_000; i++) {
      many.add(new JsonObject().put("name", "c" + i));
    }
    JsonObject full = document(many, new JsonArray());
    JsonObject more = new JsonObject().put("name", "more");

    for (String account : List.of("a", "b")) {
      String config = base() + "/config?accountId=" + account;
      assertThat(api.send("PUT", config, full.encode()).status()).isEqualTo(200);
      assertThat(api.post(base() + "/connectors", more.put("accountId", account)).problem(409))
          .contains("at most 1000 connectors in a project, this would be 1001");
    }
    assertThat(api.post(base() + "/connectors", more.put("accountId", "c")).status())
        .isEqualTo(201);
  }

  @Test
  void cannotTellConnectorsOfOneNameApart() {
    for (int i = 0; i < 2; i++) {
      assertThat(api.post(base() + "/connectors", new JsonObject().put("name", "twin")).status())
          .isEqualTo(201);
    }

    assertThat(api.get(base() + "/config").problem(409)).endsWith("rename them: twin");
    assertThat(put(document(new JsonObject().put("name", "twin")), "").problem(422))
        .contains("give the connectorId too");
  }

  @Test
  void saysWhereYamlIsWrong() {
    Reply reply =
        api.send(
            "PUT",
            base() + "/config",
            "connectors: []\nphoneNumbers: [\n",
            "content-type",
            "application/yaml");

    assertThat(reply.problem(400)).startsWith("the body must be YAML: ").contains("line 2");
    assertThat(
            api.send("PUT", base() + "/config", "a: *b", "content-type", "application/yaml")
                .problem(400))
        .contains("*b");
    assertThat(api.send("PUT", base() + "/config", "connectors: []").problem(400))
        .contains("JSON object");
    assertThat(api.send("PUT", base() + "/config", "").problem(400)).contains("JSON object");
  }

  @Test
  void takesADocumentThatIsLongerThanOtherBodies() {
    JsonArray many = new JsonArray();
    for (int i = 0; i < 5_000; i++) {
      many.add(number("+1417%07d".formatted(i), null));
    }
    JsonObject document = document(new JsonArray(), many);
    assertThat(document.encode().length()).isGreaterThan(256 * 1024);

    assertThat(applied(document).getJsonArray("changes")).hasSize(5_000);
    assertThat(applied(document).getJsonArray("changes")).isEmpty();
    assertThat(applied(document()).getJsonArray("changes")).hasSize(5_000);
    assertThat(api.send("PUT", base() + "/config", " ".repeat(5_000_000)).status()).isEqualTo(413);
  }

  @Test
  void wantsAKeyWithTheRight() {
    assertThat(api.with("").get(base() + "/config").status()).isEqualTo(401);
    assertThat(api.with("x").send("PUT", base() + "/config", "{}").status()).isEqualTo(401);
  }
}
