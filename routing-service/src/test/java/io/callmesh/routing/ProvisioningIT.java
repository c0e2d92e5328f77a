package io.callmesh.routing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Ids;
import io.callmesh.routing.DocumentedApi.Reply;
import io.callmesh.runtime.service.MeshProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The control plane on a real broker, with two replicas in one cluster. */
class ProvisioningIT {
  private static final String ADMIN = Replica.ADMIN_API_KEY;
  private static final String WORKFLOW = "WW0123456789abcdef0123456789abcdef";
  private static final AtomicInteger numbers = new AtomicInteger();

  @TempDir private static Path data;
  private static EmbeddedBroker broker;
  private static MeshProcess first;
  private static MeshProcess second;

  private final DocumentedApi one = new DocumentedApi(() -> first.port(), ADMIN);
  private final DocumentedApi two = new DocumentedApi(() -> second.port(), ADMIN);
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.callmesh.routing");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final String project = "project-" + Ids.hex(4);

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start(data);
    Map<String, String> cluster = Replica.cluster(Replica.freePort());
    first = Replica.start(broker, cluster).await(60, SECONDS);
    second = Replica.start(broker, cluster).await(60, SECONDS);
  }

  @AfterAll
  static void stop() throws Exception {
    second.stop().await(30, SECONDS);
    first.stop().await(30, SECONDS);
    broker.close();
  }

  @BeforeEach
  void listenToTheLog() {
    logged.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(logged);
  }

  @AfterEach
  void leaveTheLog() {
    logger.detachAppender(logged);
    logger.setLevel(null);
    assertThat(logged.list.stream().map(ILoggingEvent::getFormattedMessage))
        .noneMatch(
            line -> line.contains("cmt.") || line.contains("cmk.") || line.contains("+1415"));
  }

  // Connectors.

  @Test
  void createsAConnectorAndShowsItsTokenOnce() {
    JsonObject wanted =
        new JsonObject()
            .put("name", "Support")
            .put("accountId", "acme")
            .put("projectId", project)
            .put("clientEnv", "sandbox")
            .put("variantId", "b")
            .put("asrLangCode", "en-GB")
            .put("ttsLangCode", "de-DE")
            .put("voiceName", "Ada")
            .put("disableHandoff", true)
            .put(
                "agent",
                new JsonObject()
                    .put("protocol", "callmesh")
                    .put("url", "wss://agent.example/v1")
                    .put(
                        "audio",
                        new JsonObject().put("encoding", "pcm_s16le").put("sampleRate", 16_000))
                    .put(
                        "headers",
                        new JsonObject()
                            .put("X-Tenant", "acme")
                            .put(
                                "Authorization",
                                new JsonObject()
                                    .put("secret", "agent-key")
                                    .put("prefix", "Bearer "))))
            .put(
                "destinations",
                new JsonArray()
                    .add(destination("people", "flex").put("route", WORKFLOW).put("priority", 3))
                    .add(destination("sbc", "sip-bye")))
            .put("fallbackDestination", "sbc")
            .put("overflowDestination", "people")
            .put("twiml", "<Response><Connect connectorId=''/></Response>")
            .put("sharedIdParameter", "order")
            .put("sensitiveFields", new JsonArray().add("iban").add("pin"))
            .put("handoffLifetime", 3_600);

    Reply created = one.post(connectors(), wanted);

    JsonObject shown = created.json(201);
    String token = (String) shown.remove("connectorToken");
    assertThat(token).startsWith("cmt." + shown.getString("connectorId") + ".");
    assertThat(shown.copy().getMap()).containsAllEntriesOf(wanted.getMap());
    for (DocumentedApi replica : List.of(one, two)) {
      Reply got = replica.get(connector(shown.getString("connectorId")));
      assertThat(got.json(200)).isEqualTo(shown);
      assertThat(got.tag()).isEqualTo(created.tag());
    }
    Reply list = one.get(connectors());
    assertThat(list.json(200).getJsonArray("connectors")).containsExactly(shown);
    assertThat(list.body()).doesNotContain(token).doesNotContain("tokenHash");
  }

  @Test
  void givesAConnectorItsDefaults() {
    JsonObject shown = one.post(connectors(), new JsonObject().put("name", "n")).json(201);

    assertThat(shown.getMap())
        .containsEntry("clientEnv", "live")
        .containsEntry("variantId", "")
        .containsEntry("asrLangCode", "en-US")
        .containsEntry("ttsLangCode", "en-US")
        .containsEntry("projectId", project)
        .containsEntry("accountId", "")
        .containsEntry("disableHandoff", false)
        .containsEntry("agent", null);
  }

  @Test
  void tellsEveryFaultAndStoresNothing() {
    JsonObject body =
        new JsonObject()
            .put("clientEnv", "prod")
            .put("nmae", "n")
            .put("destinations", new JsonArray().add(destination("a", "fax")));
    JsonObject unknown = new JsonObject().put("name", "n").put("fallbackDestination", "nowhere");

    JsonObject problem = one.post(connectors(), body).fault(422);

    assertThat(problem.getString("title")).isEqualTo("Unprocessable Entity");
    assertThat(problem.getJsonArray("errors").stream().map(Object::toString))
        .anyMatch(fault -> fault.contains("#/clientEnv"))
        .anyMatch(fault -> fault.contains("#/nmae"))
        .anyMatch(fault -> fault.contains("#/name"))
        .anyMatch(fault -> fault.contains("#/destinations/0/method"));
    assertThat(one.post(connectors(), unknown).problem(422))
        .isEqualTo("fallbackDestination must be one of destinations, was 'nowhere'");
    assertThat(one.post(connectors(), named("n").put("projectId", "other")).problem(422))
        .startsWith("projectId must be the path's");
    assertThat(one.get(connectors()).json(200).getJsonArray("connectors")).isEmpty();
  }

  @Test
  void boundsTheNumberOfFaultsThatItTells() {
    JsonObject body = named("n");
    for (int i = 0; i < 100; i++) {
      body.put("x" + i, i);
    }

    assertThat(one.post(connectors(), body).fault(422).getJsonArray("errors")).hasSize(20);
  }

  @Test
  void refusesAMemberWhoseNameIsNoText() {
    JsonObject odd = named("x").put("\n", 1).put("%", 1).put("%A", 1);
    String id = create(named("n"));
    JsonArray updates =
        new JsonArray()
            .add(odd.copy().put("connectorId", id))
            .add(new JsonObject().put("connectorId", id).put("name", "m"));

    assertThat(one.post(connectors(), odd).problem(422)).endsWith("is unknown here");
    assertThat(one.patch(connector(id), odd).problem(422)).endsWith("is unknown here");
    assertThat(
            one
                .patch(connectors() + "/batch", new JsonObject().put("updates", updates))
                .json(200)
                .getJsonArray("results")
                .stream()
                .map(result -> ((JsonObject) result).getInteger("status")))
        .containsExactly(422, 200);
  }

  @Test
  void tellsWhereTwimlIsWrong() {
    JsonObject fault =
        one.post(connectors(), named("n").put("twiml", "<Response>\n<Connect"))
            .fault(422)
            .getJsonArray("errors")
            .getJsonObject(0);

    assertThat(fault.getString("pointer")).isEqualTo("#/twiml");
    assertThat(fault.getInteger("line")).isEqualTo(2);
    assertThat(fault.getInteger("column")).isPositive();
  }

  @Test
  void letsTwimlNameAConnectorOfItsAccountOnly() {
    String other = "/v1/agents/other-" + project + "/telephony/connectors";
    JsonObject acme = named("n").put("accountId", "acme");
    String sameAccount = one.post(other, acme).json(201).getString("connectorId");
    String stranger = one.post(connectors(), named("n")).json(201).getString("connectorId");

    assertThat(two.post(connectors(), naming(acme, sameAccount)).status()).isEqualTo(201);
    for (String wrong : List.of(stranger, "conn-none")) {
      assertThat(two.post(connectors(), naming(acme, wrong)).problem(422))
          .isEqualTo("twiml names a connector that this account does not have: '" + wrong + "'");
    }
  }

  private static JsonObject naming(JsonObject body, String connectorId) {
    return body.copy()
        .put("twiml", "<Response><Connect connectorId='" + connectorId + "'/></Response>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "null", "7"})
  void refusesABodyThatIsNoObject(String body) {
    String id = create(named("n"));
    for (String request :
        List.of(
            "POST " + connectors(),
            "PATCH " + connector(id),
            "POST " + connector(id) + "/token",
            "POST " + connectors() + "/batch",
            "PATCH " + connectors() + "/batch",
            "POST " + connectors() + "/lookup",
            "POST " + numbersPath(),
            "DELETE " + numbersPath(),
            "PATCH " + numbersPath() + "/+14155550100",
            "POST /v1/api-keys")) {
      String[] parts = request.split(" ", -1);
      assertThat(one.send(parts[0], parts[1], body).problem(400)).contains("JSON object");
    }
  }

  @Test
  void refusesWhatIsTooLarge() {
    String long257 = "x".repeat(257);

    assertThat(one.send("POST", connectors(), "x".repeat(300_000)).status()).isEqualTo(413);
    assertThat(one.send("POST", "/v1/api-keys", "x".repeat(20_000)).status()).isEqualTo(413);
    assertThat(one.get("/v1/agents/" + long257 + "/telephony/connectors").problem(422))
        .startsWith("agentId must have at most 256");
  }

  @Test
  void patchesWhatIsSaidAndClearsByNull() {
    String id = create(named("n").put("variantId", "b").put("sharedIdParameter", "order"));
    JsonObject before = one.get(connector(id)).json(200);

    JsonObject patched =
        two.patch(
                connector(id),
                new JsonObject()
                    .put("connectorId", id)
                    .put("voiceName", "en-GB-Standard-A")
                    .putNull("variantId"))
            .json(200);

    assertThat(patched)
        .isEqualTo(
            before
                .copy()
                .put("voiceName", "en-GB-Standard-A")
                .put("ttsLangCode", "en-GB")
                .put("variantId", ""));
    assertThat(one.get(connector(id)).json(200)).isEqualTo(patched);
    assertThat(one.patch(connector(id), new JsonObject().put("accountId", "x")).problem(422))
        .startsWith("accountId cannot change");
    assertThat(one.patch(connector("conn-none"), new JsonObject()).problem(404))
        .startsWith("no connector conn-none");
  }

  @Test
  void movesAConnectorWithItsNumbersToAProjectThatTheKeyOpens() {
    String target = "target-" + project;
    String id = create(named("n").put("accountId", "acme"));
    String number = number(id);
    JsonObject move = new JsonObject().put("projectId", target);

    assertThat(one.with(key("acme", project)).patch(connector(id), move).status()).isEqualTo(403);
    assertThat(
            two.with(key("acme", null)).patch(connector(id), move).json(200).getString("projectId"))
        .isEqualTo(target);

    assertThat(one.get(connector(id)).status()).isEqualTo(404);
    assertThat(one.get(numbersPath() + "/" + number).status()).isEqualTo(404);
    String moved = "/v1/agents/" + target + "/telephony";
    assertThat(one.get(moved + "/connectors/" + id).status()).isEqualTo(200);
    assertThat(one.get(moved + "/phone-numbers/" + number).json(200).getString("connectorId"))
        .isEqualTo(id);
    assertThat(one.get(connectors()).json(200).getJsonArray("connectors")).isEmpty();
  }

  @Test
  void deletesAConnectorWithItsNumbers() {
    String id = create(named("n"));
    String a = number(id);
    String b = number(id);
    String kept = number(null);

    JsonObject deleted = one.send("DELETE", connector(id), "").json(200);

    assertThat(deleted)
        .isEqualTo(
            new JsonObject()
                .put("deletedConnector", id)
                .put("deletedPhoneNumbers", new JsonArray().add(a).add(b)));
    assertThat(one.get(connector(id)).status()).isEqualTo(404);
    assertThat(one.get(numbersPath()).json(200).getJsonArray("phoneNumbers"))
        .containsExactly(phone(kept, null));
    assertThat(two.send("DELETE", connector(id), "").status()).isEqualTo(404);
  }

  @Test
  void getsAndPatchesSeveral() {
    String a = create(named("a"));
    String b = create(named("b"));
    JsonArray ids = new JsonArray().add(a).add("conn-none").add(b);
    JsonArray updates =
        new JsonArray()
            .add(new JsonObject().put("connectorId", a).put("name", "A"))
            .add(new JsonObject().put("connectorId", "conn-none").put("name", "x"))
            .add(new JsonObject().put("connectorId", b).put("clientEnv", "prod"));

    JsonArray results =
        two.patch(connectors() + "/batch", new JsonObject().put("updates", updates))
            .json(200)
            .getJsonArray("results");
    JsonObject found =
        two.post(connectors() + "/batch", new JsonObject().put("connectorIds", ids)).json(200);

    assertThat(results.stream().map(result -> ((JsonObject) result).getInteger("status")))
        .containsExactly(200, 404, 422);
    assertThat(results.getJsonObject(0).getJsonObject("connector").getString("name"))
        .isEqualTo("A");
    assertThat(results.getJsonObject(2).getJsonObject("error").getJsonArray("errors")).hasSize(1);
    assertThat(
            found.getJsonArray("found").stream().map(one -> ((JsonObject) one).getString("name")))
        .containsExactly("A", "b");
    assertThat(found.getJsonArray("notFound")).containsExactly("conn-none");
  }

  @Test
  void findsTheConnectorOfANumber() {
    String id = create(named("n"));
    String led = number(id);
    String leftAlone = number(null);
    JsonObject elsewhere = new JsonObject().put("phoneNumber", "+15005550006");

    assertThat(lookUp(led).json(200).getString("connectorId")).isEqualTo(id);
    assertThat(lookUp(leftAlone).problem(404)).contains("assign it");
    assertThat(one.post(connectors() + "/lookup", elsewhere).problem(404)).contains("import it");
  }

  private Reply lookUp(String number) {
    return two.post(connectors() + "/lookup", new JsonObject().put("phoneNumber", number));
  }

  // Two editors.

  @Test
  void answersWithWhatHasChangedOnly() {
    String id = create(named("n"));
    String tag = one.get(connector(id)).tag();

    assertThat(two.get(connector(id), "if-none-match", tag).status()).isEqualTo(304);
    assertThat(two.get(connector(id), "if-none-match", "\"a\", W/" + tag).status()).isEqualTo(304);
    String newTag = one.patch(connector(id), named("m"), "if-match", tag).tag();
    assertThat(newTag).isNotEqualTo(tag);
    assertThat(one.patch(connector(id), named("m"), "if-none-match", "*").status()).isEqualTo(200);
    assertThat(one.get(connector(id), "if-none-match", tag).json(200).getString("name"))
        .isEqualTo("m");
    assertThat(one.patch(connector(id), named("o"), "if-match", tag).problem(412))
        .contains("fetch it again");
    assertThat(one.send("DELETE", connector(id), "", "if-match", tag).status()).isEqualTo(412);
    assertThat(one.send("DELETE", connector(id), "", "if-match", "*").status()).isEqualTo(200);
  }

  @Test
  void letsOnlyOneOfTwoEditorsWin() {
    String id = create(named("n"));
    String tag = one.get(connector(id)).tag();

    List<Reply> replies =
        Stream.of(one, two, one, two)
            .map(
                replica ->
                    replica.sendLater(
                        "PATCH", connector(id), named(Ids.hex(4)).encode(), "if-match", tag))
            .toList()
            .stream()
            .map(reply -> reply.join())
            .toList();

    assertThat(replies).extracting(Reply::status).containsOnlyOnce(200).containsOnly(200, 412);
    Reply winner =
        replies.stream().filter(reply -> reply.status() == 200).findFirst().orElseThrow();
    assertThat(two.get(connector(id)).tag()).isEqualTo(winner.tag());
  }

  @Test
  void losesNoIncrementOfManyClientsAtOnce() {
    String id = create(named("n").put("variantId", "0"));

    List<CompletableFuture<Integer>> clients =
        IntStream.range(0, 64)
            .mapToObj(client -> increment(client % 2 == 0 ? one : two, id, 3))
            .toList();
    int acknowledged = clients.stream().mapToInt(CompletableFuture::join).sum();

    assertThat(acknowledged).isPositive();
    for (DocumentedApi replica : List.of(one, two)) {
      assertThat(replica.get(connector(id)).json(200).getString("variantId"))
          .isEqualTo(String.valueOf(acknowledged));
    }
  }

  /** Reads, adds one if nobody else has meanwhile, and so on; gives how often it was taken. */
  private CompletableFuture<Integer> increment(DocumentedApi replica, String id, int times) {
    return times == 0
        ? CompletableFuture.completedFuture(0)
        : replica
            .sendLater("GET", connector(id), "")
            .thenCompose(
                read ->
                    replica.sendLater("PATCH", connector(id), next(read), "if-match", read.tag()))
            .thenCompose(
                reply -> {
                  assertThat(reply.status()).as(reply.body()).isIn(200, 412);
                  int taken = reply.status() == 200 ? 1 : 0;
                  return increment(replica, id, times - 1).thenApply(more -> taken + more);
                });
  }

  private static String next(Reply read) {
    int value = Integer.parseInt(read.json(200).getString("variantId"));
    return new JsonObject().put("variantId", String.valueOf(value + 1)).encode();
  }

  @Test
  void letsOnlyOneOfTwoProjectsImportANumber() {
    String number = freeNumber();
    String body = numbersBody(number).encode();
    String other = "/v1/agents/other-" + project + "/telephony/phone-numbers";

    var mine = one.sendLater("POST", numbersPath(), body);
    var theirs = two.sendLater("POST", other, body);

    assertThat(List.of(mine.join().status(), theirs.join().status()))
        .containsExactlyInAnyOrder(201, 409);
  }

  @Test
  void keepsNumbersTagsToo() {
    String id = create(named("n"));
    String number = number(null);
    String path = numbersPath() + "/" + number;
    String tag = one.get(path).tag();
    JsonObject lead = new JsonObject().put("connectorId", id);

    assertThat(one.get(path, "if-none-match", tag).status()).isEqualTo(304);
    assertThat(two.patch(path, lead, "if-match", tag).json(200)).isEqualTo(phone(number, id));
    assertThat(one.patch(path, lead, "if-match", tag).status()).isEqualTo(412);
  }

  // Tokens.

  @Test
  void rotatesATokenWithAnOverlap() {
    JsonObject created = one.post(connectors(), named("n")).json(201);
    String id = created.getString("connectorId");
    Instant before = Instant.now();

    JsonObject rotated = two.send("POST", connector(id) + "/token", "").json(200);
    JsonObject again =
        one.post(connector(id) + "/token", new JsonObject().put("overlap", 0)).json(200);

    assertThat(rotated.getString("connectorId")).isEqualTo(id);
    assertThat(rotated.getString("connectorToken"))
        .startsWith("cmt." + id + ".")
        .isNotEqualTo(created.getString("connectorToken"));
    Instant validUntil = Instant.parse(rotated.getString("previousTokenValidUntil"));
    assertThat(Duration.between(before, validUntil))
        .isBetween(Duration.ofHours(24), Duration.ofHours(25));
    assertThat(Instant.parse(again.getString("previousTokenValidUntil"))).isBefore(validUntil);
    assertThat(
            one.post(connector(id) + "/token", new JsonObject().put("overlap", 2_592_001))
                .problem(422))
        .isEqualTo("overlap must be 0..2592000, was 2592001");
    assertThat(one.get(connector(id)).body()).doesNotContain("Hash").doesNotContain("cmt.");
  }

  // Numbers.

  @Test
  void importsAssignsAndListsNumbers() {
    String id = create(named("n"));
    String a = freeNumber();
    String b = freeNumber();
    JsonObject both = numbersBody(a, b, a);

    Reply imported = one.post(numbersPath(), both);
    Reply assigned = two.patch(numbersPath() + "/%2B" + a.substring(1), leadingTo(id));
    Reply again = one.post(numbersPath(), both);

    assertThat(imported.json(201).getJsonArray("imported"))
        .containsExactly(phone(a, null), phone(b, null));
    assertThat(assigned.json(200)).isEqualTo(phone(a, id));
    assertThat(again.json(201).getJsonArray("imported"))
        .containsExactly(phone(a, id), phone(b, null));
    assertThat(one.get(numbersPath()).json(200).getJsonArray("phoneNumbers"))
        .containsExactly(phone(a, id), phone(b, null));
    assertThat(one.get(numbersPath() + "?connectorId=" + id).json(200).getJsonArray("phoneNumbers"))
        .containsExactly(phone(a, id));
    assertThat(
            one.patch(numbersPath() + "/" + a, new JsonObject().putNull("connectorId")).json(200))
        .isEqualTo(phone(a, null));
  }

  @Test
  void importsNumbersThatLeadToAConnectorAtOnce() {
    String id = create(named("n").put("accountId", "acme"));
    String number = number(null);

    JsonObject imported =
        one.post(numbersPath(), numbersBody(number, freeNumber()).put("connectorId", id)).json(201);

    assertThat(imported.getJsonArray("imported"))
        .hasSize(2)
        .contains(phone(number, id).put("accountId", "acme"))
        .allMatch(one -> ((JsonObject) one).getString("accountId").equals("acme"));
    assertThat(
            one.post(numbersPath(), numbersBody(number).put("connectorId", "conn-none"))
                .problem(422))
        .isEqualTo("connectorId must be a connector of this project, was 'conn-none'");
  }

  @Test
  void importsAllOrNothing() {
    String theirs = freeNumber();
    String other = "/v1/agents/other-" + project + "/telephony/phone-numbers";
    assertThat(one.post(other, numbersBody(theirs)).status()).isEqualTo(201);

    assertThat(two.post(numbersPath(), numbersBody(freeNumber(), theirs)).problem(409))
        .isEqualTo(theirs + " belongs to another project or account");
    assertThat(one.get(numbersPath()).json(200).getJsonArray("phoneNumbers")).isEmpty();
  }

  @Test
  void saysWhatIsMissingForAnAssignment() {
    String id = create(named("n"));
    String number = freeNumber();
    String path = numbersPath() + "/" + number;

    assertThat(one.patch(path, leadingTo(id)).problem(404)).contains("import it first");
    assertThat(one.post(numbersPath(), numbersBody(number)).status()).isEqualTo(201);
    assertThat(one.patch(path, leadingTo("conn-none")).problem(422))
        .startsWith("connectorId must be a connector of this project");
    assertThat(one.patch(path, new JsonObject()).problem(422)).isEqualTo("connectorId is required");
  }

  @Test
  void deletesNumbersAndSaysWhyNot() {
    String mine = number(null);
    String theirs = freeNumber();
    String other = "/v1/agents/other-" + project + "/telephony/phone-numbers";
    assertThat(one.post(other, numbersBody(theirs)).status()).isEqualTo(201);

    JsonObject answer =
        two.send("DELETE", numbersPath(), numbersBody(mine, theirs, "12", mine).encode()).json(200);

    assertThat(answer.getJsonArray("deleted")).containsExactly(mine);
    assertThat(answer.getJsonArray("failed"))
        .containsExactly(
            new JsonObject().put("number", theirs).put("reason", "no such number in this project"),
            new JsonObject().put("number", "12").put("reason", "no such number in this project"));
    assertThat(two.get(numbersPath() + "/" + mine).status()).isEqualTo(404);
  }

  // Keys.

  @Test
  void scopesKeysToTheirProject() {
    DocumentedApi own = one.with(key("acme", project));
    DocumentedApi stranger = one.with(key("acme", "stranger-" + project));
    String number = freeNumber();

    JsonObject created = own.post(connectors(), named("n")).json(201);
    String id = created.getString("connectorId");
    assertThat(created.getString("accountId")).isEqualTo("acme");
    assertThat(own.get(connector(id)).status()).isEqualTo(200);
    JsonObject imported = own.post(numbersPath(), numbersBody(number)).json(201);
    assertThat(imported.getJsonArray("imported").getJsonObject(0).getString("accountId"))
        .isEqualTo("acme");
    assertThat(own.patch(numbersPath() + "/" + number, leadingTo(id)).status()).isEqualTo(200);

    assertThat(stranger.post(connectors(), named("n")).status()).isEqualTo(403);
    assertThat(own.post(connectors(), named("n").put("accountId", "x")).status()).isEqualTo(403);
    assertThat(stranger.post(numbersPath(), numbersBody(number)).status()).isEqualTo(403);
    assertThat(stranger.get(connector(id)).status()).isEqualTo(404);
    assertThat(stranger.patch(connector(id), named("m")).status()).isEqualTo(404);
    assertThat(stranger.send("DELETE", connector(id), "").status()).isEqualTo(404);
    assertThat(stranger.send("POST", connector(id) + "/token", "").status()).isEqualTo(404);
    assertThat(stranger.patch(numbersPath() + "/" + number, leadingTo(id)).status()).isEqualTo(404);
    assertThat(stranger.get(connectors()).json(200).getJsonArray("connectors")).isEmpty();
    assertThat(stranger.get(numbersPath()).json(200).getJsonArray("phoneNumbers")).isEmpty();
    String strangersPath = "/v1/agents/stranger-" + project + "/telephony";
    assertThat(stranger.post(strangersPath + "/phone-numbers", numbersBody(number)).status())
        .isEqualTo(409);
    for (DocumentedApi other : List.of(stranger, one)) {
      assertThat(other.get(strangersPath + "/connectors/" + id).status()).isEqualTo(404);
    }
  }

  @Test
  void letsOnlyKeysWithTheRightProvision() {
    DocumentedApi reader =
        two.with(issue(new JsonObject().put("rights", new JsonArray().add("handoff:read"))));

    assertThat(reader.get(connectors()).problem(403)).contains("lacks the right provision");
    assertThat(reader.post(connectors(), named("n")).status()).isEqualTo(403);
    assertThat(reader.get("/v1/api-keys").status()).isEqualTo(403);
  }

  @Test
  void issuesAKeyThatIsShownOnce() {
    Reply reply = one.post("/v1/api-keys", named("flex").put("accountId", "acme"));

    JsonObject issued = reply.json(201);
    String secret = (String) issued.remove("apiKey");
    assertThat(secret).startsWith("cmk." + issued.getString("keyId") + ".");
    assertThat(issued.getValue("projectId")).isNull();
    assertThat(issued.getJsonArray("rights"))
        .containsExactlyInAnyOrder("provision", "handoff:read", "calls:control");
    Reply got = two.get("/v1/api-keys/" + issued.getString("keyId"));
    assertThat(got.json(200)).isEqualTo(issued);
    assertThat(got.body()).doesNotContain(secret).doesNotContain("Hash");
  }

  @Test
  void givesTheRightsToSeeAndDeleteWhatIsSensitiveOnlyWhereTheyAreNamed() {
    JsonArray named =
        new JsonArray().add("provision").add("handoff:read-sensitive").add("handoff:delete");

    JsonObject issued = one.post("/v1/api-keys", named("desk").put("rights", named)).json(201);
    DocumentedApi own = one.with(issued.getString("apiKey"));
    JsonObject unnamed = own.post("/v1/api-keys", named("n")).json(201);

    assertThat(issued.getJsonArray("rights")).containsExactlyInAnyOrderElementsOf(named);
    assertThat(unnamed.getJsonArray("rights")).containsExactly("provision");
  }

  @Test
  void refusesAHandoffLifetimeBeyondTheMeshs() {
    Reply reply = one.post(connectors(), named("n").put("handoffLifetime", 86_401));

    assertThat(reply.problem(422)).isEqualTo("handoffLifetime must be 60..86400, was 86401");
  }

  @Test
  void letsAKeyManageThoseThatAreNotWiderThanItself() {
    String account = "account-" + project;
    String provision =
        issue(
            new JsonObject()
                .put("accountId", account)
                .put("rights", new JsonArray().add("provision").add("handoff:read")));
    DocumentedApi own = one.with(provision);
    String wider = keyId(issue(new JsonObject().put("accountId", account)));

    JsonObject made = own.post("/v1/api-keys", named("made").put("projectId", project)).json(201);
    String made1 = made.getString("keyId");

    assertThat(made.getString("accountId")).isEqualTo(account);
    assertThat(made.getJsonArray("rights")).containsExactly("provision", "handoff:read");
    assertThat(own.get("/v1/api-keys").json(200).getJsonArray("apiKeys").stream())
        .extracting(key -> ((JsonObject) key).getString("keyId"))
        .containsExactly(keyId(provision), made1);
    assertThat(own.post("/v1/api-keys", named("n").put("accountId", "other")).status())
        .isEqualTo(403);
    assertThat(
            own.post("/v1/api-keys", named("n").put("rights", new JsonArray().add("calls:control")))
                .problem(403))
        .contains("lacks calls:control");
    assertThat(own.send("DELETE", "/v1/api-keys/" + wider, "").status()).isEqualTo(404);
    assertThat(one.with(made.getString("apiKey")).get("/v1/api-keys").problem(403))
        .contains("for one project");
  }

  @Test
  void issuesNoKeyForAProjectOfNoAccount() {
    assertThat(one.post("/v1/api-keys", named("n").put("projectId", project)).problem(422))
        .isEqualTo("accountId is needed with projectId, which is of one account");
  }

  @Test
  void showsAndForgetsKeysOnEveryReplica() {
    String secret = issue(new JsonObject().put("accountId", "acme"));
    String path = "/v1/api-keys/" + keyId(secret);

    assertThat(two.get(path).status()).isEqualTo(200);
    assertThat(two.get("/v1/api-keys").body()).contains(keyId(secret));
    assertThat(one.send("DELETE", path, "").status()).isEqualTo(200);
    assertThat(two.get(path).status()).isEqualTo(404);
    assertThat(two.get("/v1/api-keys").body()).doesNotContain(keyId(secret));
  }

  @Test
  void readsNoBodyOfARequestWithoutAKey() {
    String tooLong = "x".repeat(5_000_000);
    String config = "/v1/agents/" + project + "/telephony/config";
    String call = "/v1/calls/CA0123456789abcdef0123456789abcdef/hangup";

    for (String path : List.of(connectors(), "/v1/api-keys", call)) {
      assertThat(one.with("").send("POST", path, tooLong).status()).as(path).isEqualTo(401);
      assertThat(one.send("POST", path, tooLong).status()).as(path).isEqualTo(413);
    }
    assertThat(one.with("").send("PUT", config, tooLong).status()).isEqualTo(401);
  }

  @Test
  void refusesARevokedKey() {
    String secret = issue(new JsonObject().put("accountId", "acme"));
    assertThat(one.with(secret).get(connectors()).status()).isEqualTo(200);

    assertThat(one.send("DELETE", "/v1/api-keys/" + keyId(secret), "").json(200))
        .isEqualTo(new JsonObject().put("revoked", keyId(secret)));

    assertThat(one.with(secret).get(connectors()).status()).isEqualTo(401);
    assertThat(one.send("DELETE", "/v1/api-keys/" + keyId(secret), "").status()).isEqualTo(404);
  }

  @Test
  void wantsAKeyForEverything() {
    String requests =
        """
        GET C
        POST C
        POST C/batch
        PATCH C/batch
        POST C/lookup
        GET C/conn-1
        PATCH C/conn-1
        DELETE C/conn-1
        POST C/conn-1/token
        GET N
        POST N
        DELETE N
        GET N/1
        PATCH N/1
        GET /v1/api-keys
        POST /v1/api-keys
        GET /v1/api-keys/key-1
        DELETE /v1/api-keys/key-1""";
    for (String key : List.of("", "wrong", "cmk.key-1.0", ADMIN + "x", "cmk." + "x".repeat(500))) {
      requests
          .lines()
          .map(line -> line.replace(" C", " " + connectors()).replace(" N", " " + numbersPath()))
          .map(line -> line.split(" ", -1))
          .forEach(
              request ->
                  assertThat(one.with(key).send(request[0], request[1], "{}").problem(401))
                      .contains("x-api-key"));
    }
  }

  @Test
  void servesItsDocumentToAnybody() {
    Reply yaml = one.with("").get("/v1/openapi.yaml");
    Reply json = one.with("").get("/v1/openapi.json");

    assertThat(yaml.contentType()).isEqualTo("application/yaml");
    assertThat(yaml.body()).startsWith("openapi: 3.1.0");
    assertThat(json.json(200).getJsonObject("paths").fieldNames())
        .contains("/v1/agents/{agentId}/telephony/connectors");
  }

  @Test
  void answersUnknownPathsAndMethodsAsProblems() {
    assertThat(one.get("/v1/nowhere").problem(404)).isNotEmpty();
    assertThat(one.send("DELETE", "/v1/api-keys", "").problem(405)).isNotEmpty();
  }

  // What the tests say in one word.

  private String connectors() {
    return "/v1/agents/" + project + "/telephony/connectors";
  }

  private String connector(String connectorId) {
    return connectors() + "/" + connectorId;
  }

  private String numbersPath() {
    return "/v1/agents/" + project + "/telephony/phone-numbers";
  }

  private static JsonObject named(String name) {
    return new JsonObject().put("name", name);
  }

  private static JsonObject destination(String name, String method) {
    return new JsonObject().put("name", name).put("description", "").put("method", method);
  }

  private static JsonObject leadingTo(String connectorId) {
    return new JsonObject().put("connectorId", connectorId);
  }

  private String create(JsonObject body) {
    return one.post(connectors(), body).json(201).getString("connectorId");
  }

  private static String freeNumber() {
    return "+1415555%04d".formatted(numbers.incrementAndGet());
  }

  private static JsonObject numbersBody(String... some) {
    return new JsonObject().put("phoneNumbers", new JsonArray(List.of(some)));
  }

  private String number(@Nullable String connectorId) {
    String number = freeNumber();
    JsonObject body = numbersBody(number);
    if (connectorId != null) {
      body.put("connectorId", connectorId);
    }
    assertThat(one.post(numbersPath(), body).status()).isEqualTo(201);
    return number;
  }

  private JsonObject phone(String number, @Nullable String connectorId) {
    return new JsonObject()
        .put("number", number)
        .put("projectId", project)
        .put("accountId", "")
        .put("clientEnv", "live")
        .put("connectorId", connectorId);
  }

  private String key(String account, @Nullable String itsProject) {
    return issue(new JsonObject().put("accountId", account).put("projectId", itsProject));
  }

  private String issue(JsonObject scope) {
    return one.post("/v1/api-keys", scope.copy().put("name", "test")).json(201).getString("apiKey");
  }

  private static String keyId(String secret) {
    return secret.split("\\.", -1)[1];
  }
}
