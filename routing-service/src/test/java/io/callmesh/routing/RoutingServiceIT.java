package io.callmesh.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.Ids;
import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.security.Ticket;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.routing.twiml.Xml;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.service.MeshProcess;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
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

/** The whole service on a real broker, asked over HTTP as Twilio and as a provisioning script. */
class RoutingServiceIT {
  private static final String PUBLIC_URL = "https://mesh.example";
  private static final String ADMIN = "the-first-api-key";
  private static final String ACCOUNT = "AC1";
  private static final String TOKEN = "token-of-one";
  private static final String TICKET_SECRET = "a-secret-for-tickets";
  private static final String WORKFLOW = "WW0123456789abcdef0123456789abcdef";
  private static final String OTHER_WORKFLOW = "WWfedcba9876543210fedcba9876543210";
  private static final String APOLOGY = "We are sorry";
  private static final String CALLER = "+14158675309";

  private static final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final AtomicInteger numbers = new AtomicInteger();
  private static final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
  private static final Map<String, BlockingQueue<ReceiptChain>> receipts =
      new ConcurrentHashMap<>();

  @TempDir private static Path data;
  private static EmbeddedBroker broker;
  private static MeshProcess process;
  private static Vertx vertx;
  private static MessageConsumer<FindOutcome> handoffService;

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.callmesh.routing");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final String project = "project-" + Ids.hex(4);
  private final String callSid = "CA" + Ids.hex(16);

  @BeforeAll
  static void start() throws Exception {
    broker = EmbeddedBroker.start(data);
    Promise<Vertx> started = Promise.promise();
    Settings settings =
        Settings.load(
            Map.of(
                "CALLMESH_LISTEN_ADDRESS",
                "127.0.0.1",
                "CALLMESH_PORT",
                "0",
                "CALLMESH_MANAGEMENT_PORT",
                "0",
                "CALLMESH_EVENT_LOOPS",
                "1",
                "CALLMESH_KAFKA_BOOTSTRAP_SERVERS",
                broker.bootstrapServers(),
                "CALLMESH_PUBLIC_URL",
                PUBLIC_URL,
                "CALLMESH_TWILIO_ACCOUNTS",
                "[{\"accountSid\":\"AC1\",\"authTokens\":[\"token-of-one\"]},"
                    + "{\"accountSid\":\"AC2\",\"authTokens\":[\"token-of-two\"]}]",
                "CALLMESH_TICKET_SECRET",
                TICKET_SECRET,
                "CALLMESH_ADMIN_API_KEY",
                ADMIN),
            "routing-defaults.properties");
    process =
        MeshProcess.start(
                settings,
                List.of(
                    context -> {
                      started.complete(context.vertx());
                      return new RoutingService(context);
                    }))
            .await(60, SECONDS);
    vertx = started.future().await(1, SECONDS);
    handoffService = startHandoffService();
    vertx
        .eventBus()
        .<ReceiptChain>consumer(Addresses.HANDOFF_RECEIPT, RoutingServiceIT::keep)
        .completion()
        .await(10, SECONDS);
  }

  private static void keep(Message<ReceiptChain> step) {
    receipts
        .computeIfAbsent(step.body().callSid(), call -> new LinkedBlockingQueue<>())
        .add(step.body());
    step.reply(new JsonObject());
  }

  private static MessageConsumer<FindOutcome> startHandoffService() throws Exception {
    MessageConsumer<FindOutcome> consumer =
        vertx
            .eventBus()
            .consumer(
                Addresses.HANDOFF_FIND,
                request -> {
                  Outcome outcome = outcomes.get(request.body().callSid());
                  if (outcome == null) {
                    request.fail(FailureCode.NOT_FOUND.code(), "the call has no outcome");
                  } else {
                    request.reply(outcome);
                  }
                });
    consumer.completion().await(10, SECONDS);
    return consumer;
  }

  @AfterAll
  static void stop() throws Exception {
    process.stop().await(30, SECONDS);
    broker.close();
  }

  @BeforeEach
  void listenToTheLog() {
    logged.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(logged);
  }

  @AfterEach
  void leaveTheLog() {
    logger.detachAppender(logged);
    logger.setAdditive(true);
    logger.setLevel(null);
    assertThat(log())
        .doesNotContain(CALLER)
        .doesNotContain(TOKEN)
        .doesNotContain(TICKET_SECRET)
        .doesNotContain("/streams/")
        .doesNotContain("cmt.")
        .doesNotContain("cmk.");
  }

  // The voice webhook.

  @Test
  void connectsACallToANumberWithItsAgent() {
    String connectorId = connector(new JsonObject());
    String number = number(connectorId);

    Reply reply = twilio("/twilio/voice", call("To", number));

    assertThat(reply.status).isEqualTo(200);
    assertThat(reply.contentType).isEqualTo("text/xml; charset=utf-8");
    assertThat(Xml.verbs(reply.body)).isEqualTo("Connect");
    Map<String, String> action = query(Xml.attribute(reply.body, "Connect", "action"));
    assertThat(Xml.attribute(reply.body, "Connect", "action"))
        .startsWith(PUBLIC_URL + "/twilio/connect-action?");
    assertThat(action).containsEntry("connector", connectorId);
    assertThat(Xml.attribute(reply.body, "Stream", "statusCallback"))
        .isEqualTo(PUBLIC_URL + "/twilio/stream-status");
    assertThat(Xml.parameters(reply.body)).containsValues(CALLER, number);
    Ticket ticket = ticket(reply);
    assertThat(ticket)
        .usingRecursiveComparison()
        .ignoringFields("nonce", "expiresAt")
        .isEqualTo(
            new Ticket(
                "",
                callSid,
                ACCOUNT,
                action.getOrDefault("conversation", ""),
                connectorId,
                false,
                Instant.EPOCH));
    assertThat(log()).contains("+14", "309", callSid).doesNotContain(number);
  }

  @Test
  void givesEveryCallItsOwnTicketAndConversation() {
    String path = "/twilio/connectors/" + connector(new JsonObject()) + "/voice";

    Ticket one = ticket(twilio(path, call()));
    Ticket two = ticket(twilio(path, call("CallSid", "CA" + Ids.hex(16))));

    assertThat(one.nonce()).isNotEqualTo(two.nonce());
    assertThat(one.conversationId()).isNotEqualTo(two.conversationId());
  }

  @Test
  void answersGetWebhooksToo() {
    String connectorId = connector(new JsonObject());
    String target = "/twilio/connectors/" + connectorId + "/voice?" + encode(call("Name", "J ü&"));

    Reply reply = get(target, sign(TOKEN, target, Collections.emptySortedMap()));

    assertThat(reply.status).isEqualTo(200);
    assertThat(ticket(reply).callSid()).isEqualTo(callSid);
  }

  @Test
  void apologisesForANumberThatLeadsNowhere() {
    Reply unknown = twilio("/twilio/voice", call("To", "+15005550006"));
    Reply unassigned = twilio("/twilio/voice", call("To", number(null)));

    for (Reply reply : List.of(unknown, unassigned)) {
      assertThat(reply.status).isEqualTo(200);
      assertThat(Xml.verbs(reply.body)).isEqualTo("Say Hangup");
      assertThat(Xml.text(reply.body, "Say")).startsWith(APOLOGY);
    }
    assertThat(warnings()).hasSize(2);
    assertThat(warnings().get(0)).contains("no connector serves +15******006", callSid);
  }

  @Test
  void apologisesForAConnectorThatIsNotOrHasNoAgent() {
    String agentless = connector(new JsonObject().putNull("agent").put("ttsLangCode", "de-DE"));

    Reply absent = twilio("/twilio/connectors/conn-none/voice", call());
    Reply reply = twilio("/twilio/connectors/" + agentless + "/voice", call());

    assertThat(Xml.verbs(absent.body)).isEqualTo("Say Hangup");
    assertThat(Xml.verbs(reply.body)).isEqualTo("Say Hangup");
    assertThat(Xml.attribute(reply.body, "Say", "language")).isEqualTo("de-DE");
    assertThat(warnings().get(1)).contains("has no agent: set its agent.url");
  }

  @Test
  void putsTheCustomersTwimlAroundTheStream() {
    String connectorId =
        connector(
            new JsonObject()
                .put(
                    "twiml",
                    "<Response><Say>Moment</Say><Connect connectorId=''>"
                        + "<Parameter name='vip' value='1'/></Connect><Hangup/></Response>"));

    Reply reply = twilio("/twilio/connectors/" + connectorId + "/voice", call());

    assertThat(Xml.verbs(reply.body)).isEqualTo("Say Connect Hangup");
    assertThat(Xml.parameters(reply.body)).containsEntry("vip", "1").containsValue(CALLER);
    assertThat(ticket(reply).connectorId()).isEqualTo(connectorId);
  }

  // Forgeries.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/twilio/voice",
        "/twilio/connectors/conn-none/voice",
        "/twilio/connectors/conn-none/fallback",
        "/twilio/connect-action?connector=c&conversation=v",
        "/twilio/dial-action?connector=c&conversation=v",
        "/twilio/refer-action?connector=c&conversation=v",
        "/twilio/enqueue-action?connector=c&conversation=v",
        "/twilio/enqueue-wait?connector=c&conversation=v",
        "/twilio/transfer?connector=c&conversation=v",
        "/twilio/fallback",
        "/twilio/stream-status",
        "/twilio/call-status"
      })
  void refusesWhatTwilioDidNotSign(String target) {
    SortedMap<String, List<String>> form = call();
    String good = sign(TOKEN, target, form);

    assertThat(post(target, encode(form), null).status).isEqualTo(403);
    assertThat(post(target, encode(form), "").status).isEqualTo(403);
    assertThat(post(target, encode(form), sign("another", target, form)).status).isEqualTo(403);
    assertThat(post(target, encode(form), sign("token-of-two", target, form)).status)
        .isEqualTo(403);
    assertThat(post(target, encode(form) + "&Extra=1", good).status).isEqualTo(403);
    assertThat(post(target, encode(form) + "&a=%", good).status).isEqualTo(403);
    assertThat(get(target, good).status).isEqualTo(403);
    assertThat(get(target, null).status).isEqualTo(403);
    assertThat(post(target, encode(form), good).status).isBetween(200, 204);
  }

  @Test
  void refusesABodyThatIsTooLarge() {
    assertThat(post("/twilio/voice", "a=" + "x".repeat(100_000), "s").status).isEqualTo(413);
  }

  @Test
  void takesStatusCallbacksWithoutContent() {
    Reply stream =
        twilio(
            "/twilio/stream-status", call("StreamEvent", "stream-error", "StreamError", "31921"));
    Reply call = twilio("/twilio/call-status", call("CallStatus", "completed"));

    assertThat(stream.status).isEqualTo(204);
    assertThat(call.status).isEqualTo(204);
    assertThat(stream.body + call.body).isEmpty();
    assertThat(warnings()).singleElement().asString().contains("31921", callSid);
  }

  // The <Connect> action.

  @Test
  void handsACallToTheDestinationTheAgentNamed() {
    String connectorId = connector(destinations());
    outcomes.put(callSid, outcome(Outcome.Kind.HANDOFF, "billing", "needs_human", "Moment <b> &"));

    Reply reply = twilio(action(connectorId, 0), call());

    assertThat(Xml.verbs(reply.body)).isEqualTo("Say Enqueue");
    assertThat(Xml.text(reply.body, "Say")).isEqualTo("Moment <b> &");
    assertThat(Xml.attribute(reply.body, "Say", "language")).isEqualTo("en-US");
    assertThat(Xml.attribute(reply.body, "Enqueue", "workflowSid")).isEqualTo(OTHER_WORKFLOW);
    JsonObject task = new JsonObject(Xml.text(reply.body, "Task"));
    assertThat(task)
        .isEqualTo(
            new JsonObject()
                .put("team", "billing")
                .put("type", "inbound")
                .put("name", CALLER)
                .put(
                    "conversations",
                    new JsonObject()
                        .put("own", 1)
                        .put("conversation_id", "conv-1")
                        .put("hang_up_by", "Customer"))
                .put(
                    "callmesh",
                    new JsonObject()
                        .put("conversation_id", "conv-1")
                        .put("connector_id", connectorId)
                        .put("project_id", project)
                        .put("destination", "billing")
                        .put("handoff_reason", "needs_human")
                        .put("handed_over_at", "1970-01-01T00:00:00Z")
                        .put("utterance", "Moment <b> &")));
  }

  @Test
  void tellsEachStepOfAHandoffAsAReceiptAndAsAnEvent() throws Exception {
    String connectorId =
        connector(
            new JsonObject()
                .put(
                    "destinations",
                    new JsonArray()
                        .add(
                            destination("desk", "+14155550199")
                                .put("method", "number")
                                .put("ifFailed", "people"))
                        .add(destination("people", WORKFLOW))));
    outcomes.put(callSid, outcome(Outcome.Kind.HANDOFF, "desk", "needs_human", null));

    Reply dial = twilio(action(connectorId, 0), call());
    Reply queue = twilio(target(dial, "Dial"), call("DialCallStatus", "busy"));
    Reply done = twilio(target(queue, "Enqueue"), call("QueueResult", "bridged", "QueueTime", "0"));

    assertThat(Xml.verbs(done.body)).isEqualTo("Hangup");
    List<ReceiptChain> told = List.of(receipt(), receipt(), receipt(), receipt());
    assertThat(told)
        .allSatisfy(
            chain -> {
              assertThat(chain.key()).isEqualTo(ReceiptChain.key(callSid, Instant.EPOCH));
              assertThat(chain.conversationId()).isEqualTo("conv-1");
              assertThat(chain.accountSid()).isEqualTo(ACCOUNT);
              assertThat(chain.projectId()).isEqualTo(project);
            });
    assertThat(told.stream().flatMap(chain -> chain.receipts().stream()))
        .extracting(one -> one.step().text() + " " + one.destination() + " " + one.detail())
        .containsExactly(
            "routed desk number #1",
            "failed desk busy #1",
            "routed people flex #2",
            "accepted people after 0 s");
    assertThat(told.get(3).plus(told.get(2)).receipts().get(1).at())
        .isEqualTo(told.get(2).receipts().get(0).at());
    assertThat(told.get(2).plus(told.get(1)).plus(told.get(0)).receipts())
        .extracting(Receipt::detail)
        .containsExactly("number #1", "busy #1", "flex #2");
    List<JsonObject> events = events(4);
    assertThat(events.stream().map(event -> event.getString("type")))
        .containsExactly("handoff.routed", "handoff.failed", "handoff.routed", "handoff.accepted");
    assertThat(events.stream().map(event -> event.getString("id")).distinct()).hasSize(4);
    assertThat(events.get(3).getJsonObject("data").getMap())
        .containsEntry("destination", "people")
        .containsEntry("attempt", 2)
        .containsEntry("queueSeconds", 0);
  }

  @Test
  void tellsThatACallerHungUpBeforeAnybodyTookTheCall() throws Exception {
    String connectorId = connector(destinations());
    outcomes.put(callSid, outcome(Outcome.Kind.HANDOFF, "billing", null, null));
    Reply queue = twilio(action(connectorId, 0), call());

    Reply gone =
        twilio(
            target(queue, "Enqueue"),
            call("CallStatus", "completed", "QueueResult", "hangup", "QueueTime", "3"));

    assertThat(Xml.verbs(gone.body)).isEmpty();
    assertThat(receipt().receipts().get(0).step()).isEqualTo(Receipt.Step.ROUTED);
    assertThat(receipt().receipts().get(0).step()).isEqualTo(Receipt.Step.ABANDONED);
    assertThat(events(2).get(1).getString("type")).isEqualTo("handoff.abandoned");
  }

  @Test
  void handsACallOverByWhatItsWorkerOfferedWhenHandoffServiceIsAbsent() throws Exception {
    String connectorId = connector(destinations());
    JsonObject offer =
        outcome(Outcome.Kind.HANDOFF, "billing", "needs_human", null)
            .toJson()
            .put("state", "{\"order\":7}")
            .put("decidedAt", Instant.now().toString());
    handoffService.unregister().await(10, SECONDS);
    try {
      vertx.eventBus().publish(Addresses.HANDOFF_OFFER, Outcome.fromJson(offer));

      Reply reply = twilio(action(connectorId, 0), call());

      assertThat(Xml.verbs(reply.body)).isEqualTo("Enqueue");
      assertThat(callmesh(reply).getJsonObject("handoff"))
          .isEqualTo(new JsonObject().put("order", 7));
      assertThat(log()).contains("goes by what the worker has offered").doesNotContain("order");
    } finally {
      handoffService = startHandoffService();
    }
  }

  private static String target(Reply document, String verb) throws Exception {
    return Xml.attribute(document.body, verb, "action").substring(PUBLIC_URL.length());
  }

  /** The next that is told of this test's call. */
  private ReceiptChain receipt() throws Exception {
    return Objects.requireNonNull(
        receipts.computeIfAbsent(callSid, call -> new LinkedBlockingQueue<>()).poll(20, SECONDS));
  }

  /** The events of this test's call, as soon as there are so many. */
  private List<JsonObject> events(int count) {
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
    StringDeserializer text = new StringDeserializer();
    List<JsonObject> ours = new ArrayList<>();
    Instant deadline = Instant.now().plusSeconds(20);
    try (var consumer = new KafkaConsumer<>(kafka, text, text)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topic.CALL_EVENTS.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (ours.size() < count) {
        assertThat(Instant.now()).as("%d events in time", count).isBefore(deadline);
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          if (record.key().equals(callSid)) {
            ours.add(new JsonObject(record.value()));
          }
        }
      }
    }
    return ours;
  }

  @Test
  void takesTheDefaultDestinationUnlessOneIsNamedThatExists() {
    String connectorId = connector(destinations());

    outcomes.put(callSid, outcome(Outcome.Kind.HANDOFF, null, null, null));
    Reply unnamed = twilio(action(connectorId, 0), call());
    outcomes.put(callSid, outcome(Outcome.Kind.HANDOFF, "nowhere", null, " "));
    Reply unknown = twilio(action(connectorId, 0), call());

    assertThat(Xml.verbs(unnamed.body)).isEqualTo("Enqueue");
    assertThat(Xml.attribute(unnamed.body, "Enqueue", "workflowSid")).isEqualTo(WORKFLOW);
    assertThat(callmesh(unnamed).getString("destination")).isEqualTo("front desk");
    assertThat(callmesh(unnamed).fieldNames()).doesNotContain("handoff_reason");
    assertThat(Xml.verbs(unknown.body)).isEqualTo("Enqueue");
    assertThat(Xml.attribute(unknown.body, "Enqueue", "workflowSid")).isEqualTo(OTHER_WORKFLOW);
  }

  @Test
  void apologisesWhenAHandoffHasNoDestination() {
    outcomes.put(callSid, outcome(Outcome.Kind.HANDOFF, null, null, null));

    Reply reply = twilio(action(connector(new JsonObject()), 0), call());

    assertThat(Xml.verbs(reply.body)).isEqualTo("Say Hangup");
    assertThat(Xml.text(reply.body, "Say")).startsWith(APOLOGY);
  }

  @Test
  void hangsUpWhenTheAgentDid() {
    outcomes.put(callSid, outcome(Outcome.Kind.HANGUP, null, null, "Goodbye"));

    Reply reply = twilio(action(connector(destinations()), 0), call());

    assertThat(Xml.verbs(reply.body)).isEqualTo("Say Hangup");
    assertThat(Xml.text(reply.body, "Say")).isEqualTo("Goodbye");
  }

  @Test
  void sendsAnInterruptedCallBackToTheAgent() {
    String connectorId = connector(destinations());

    Reply reply = twilio(action(connectorId, 0), call());

    assertThat(Xml.verbs(reply.body)).isEqualTo("Connect");
    Ticket ticket = ticket(reply);
    assertThat(ticket.resume()).isTrue();
    assertThat(ticket.conversationId()).isEqualTo("conv-1");
    assertThat(ticket.callSid()).isEqualTo(callSid);
    assertThat(query(Xml.attribute(reply.body, "Connect", "action")))
        .containsEntry("connector", connectorId)
        .containsEntry("conversation", "conv-1")
        .hasEntrySatisfying("resumed", time -> assertThat(time).matches("\\d{10}"));
  }

  @Test
  void doesNotTakeTheLastConversationsOutcomeForThisOnes() {
    String connectorId = connector(destinations());
    outcomes.put(callSid, outcome(Outcome.Kind.HANGUP, null, null, null));

    Reply reply =
        twilio("/twilio/connect-action?connector=" + connectorId + "&conversation=conv-2", call());

    assertThat(Xml.verbs(reply.body)).isEqualTo("Connect");
    assertThat(ticket(reply).conversationId()).isEqualTo("conv-2");
  }

  @Test
  void rescuesACallThatWasInterruptedTooOften() {
    Reply reply = twilio(action(connector(destinations()), 3), call());

    assertThat(Xml.verbs(reply.body)).isEqualTo("Enqueue");
    assertThat(Xml.attribute(reply.body, "Enqueue", "workflowSid")).isEqualTo(OTHER_WORKFLOW);
    assertThat(callmesh(reply).getString("handoff_reason")).isEqualTo("interrupted");
  }

  @Test
  void apologisesWhenAnInterruptedCallHasNowhereToGo() {
    assertThat(Xml.verbs(twilio(action(connector(new JsonObject()), 3), call()).body))
        .isEqualTo("Say Hangup");
    assertThat(Xml.verbs(twilio(action("conn-none", 0), call()).body)).isEqualTo("Say Hangup");
  }

  @Test
  void sendsACallBackToTheAgentWhenHandoffServiceIsAbsent() throws Exception {
    String connectorId = connector(destinations());
    outcomes.put(callSid, outcome(Outcome.Kind.HANGUP, null, null, null));
    handoffService.unregister().await(10, SECONDS);
    try {
      assertThat(Xml.verbs(twilio(action(connectorId, 0), call()).body)).isEqualTo("Connect");
      assertThat(log()).contains("cannot ask for the outcome");
    } finally {
      handoffService = startHandoffService();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"completed", "busy", "failed", "no-answer", "canceled"})
  void answersNothingToACallThatIsOver(String status) {
    Reply reply = twilio(action(connector(destinations()), 0), call("CallStatus", status));

    assertThat(reply.status).isEqualTo(200);
    assertThat(Xml.verbs(reply.body)).isEmpty();
  }

  // What the tests say in one word.

  private record Reply(int status, String contentType, String body) {
    JsonObject json() {
      assertThat(contentType).isEqualTo("application/json");
      return new JsonObject(body);
    }
  }

  private String numbersPath() {
    return "/v1/agents/" + project + "/telephony/phone-numbers";
  }

  private String connector(JsonObject change) {
    return connector(project, change);
  }

  private static String connector(String project, JsonObject change) {
    JsonObject body =
        new JsonObject()
            .put("name", "n")
            .put("agent", new JsonObject().put("url", "wss://agent.example"))
            .mergeIn(change);
    Reply reply = api("POST", "/v1/agents/" + project + "/telephony/connectors", ADMIN, body);
    assertThat(reply.status).as(reply.body).isEqualTo(201);
    return reply.json().getString("connectorId");
  }

  private static JsonObject destinations() {
    return new JsonObject()
        .put(
            "destinations",
            new JsonArray()
                .add(destination("front desk", WORKFLOW))
                .add(
                    destination("billing", OTHER_WORKFLOW)
                        .put(
                            "taskAttributes",
                            new JsonObject()
                                .put("team", "billing")
                                .put("conversations", new JsonObject().put("own", 1)))))
        .put("fallbackDestination", "billing");
  }

  private static JsonObject destination(String name, String route) {
    return new JsonObject()
        .put("name", name)
        .put("description", "")
        .put("method", "flex")
        .put("route", route);
  }

  private static String freeNumber() {
    return "+1415555%04d".formatted(numbers.incrementAndGet());
  }

  private String number(@Nullable String connectorId) {
    String number = freeNumber();
    imports(project, number);
    if (connectorId != null) {
      assertThat(assign(ADMIN, number, connectorId).status).isEqualTo(200);
    }
    return number;
  }

  private static void imports(String project, String number) {
    Reply reply =
        api(
            "POST",
            "/v1/agents/" + project + "/telephony/phone-numbers",
            ADMIN,
            new JsonObject().put("phoneNumbers", new JsonArray().add(number)));
    assertThat(reply.status).as(reply.body).isEqualTo(201);
  }

  private Reply assign(String key, String number, String connectorId) {
    return api(
        "PATCH",
        numbersPath() + "/" + URLEncoder.encode(number, UTF_8),
        key,
        new JsonObject().put("connectorId", connectorId));
  }

  private Outcome outcome(
      Outcome.Kind kind,
      @Nullable String destination,
      @Nullable String reason,
      @Nullable String utterance) {
    return new Outcome(
        callSid,
        ACCOUNT,
        "conv-1",
        "conn-1",
        "",
        project,
        kind,
        destination,
        reason,
        utterance,
        false,
        null,
        HandoffData.EMPTY,
        Transcript.EMPTY,
        Instant.EPOCH,
        null);
  }

  private static String action(String connectorId, int resumes) {
    return "/twilio/connect-action?connector="
        + connectorId
        + "&conversation=conv-1&resumed="
        + (Instant.now().getEpochSecond() + ".").repeat(resumes);
  }

  private SortedMap<String, List<String>> call(String... more) {
    SortedMap<String, List<String>> form =
        new TreeMap<>(
            Map.of(
                "CallSid", List.of(callSid),
                "AccountSid", List.of(ACCOUNT),
                "From", List.of(CALLER),
                "To", List.of("+15005550000"),
                "CallStatus", List.of("in-progress"),
                "Direction", List.of("inbound"),
                "Empty", List.of("")));
    for (int i = 0; i < more.length; i += 2) {
      form.put(more[i], List.of(more[i + 1]));
    }
    return form;
  }

  private static JsonObject callmesh(Reply reply) {
    return new JsonObject(Xml.text(reply.body, "Task")).getJsonObject("callmesh");
  }

  private static Ticket ticket(Reply reply) {
    String url = Xml.attribute(reply.body, "Stream", "url");
    String prefix = "wss://mesh.example/streams/";
    assertThat(url).startsWith(prefix);
    return new TicketSeal(List.of(new Secret(TICKET_SECRET)), Clock.systemUTC())
        .open(url.substring(prefix.length()))
        .orElseThrow();
  }

  private static Map<String, String> query(String url) {
    return List.of(url.substring(url.indexOf('?') + 1).split("&")).stream()
        .map(pair -> pair.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  private String log() {
    return logged.list.stream()
        .map(ILoggingEvent::getFormattedMessage)
        .collect(Collectors.joining("\n"));
  }

  private List<String> warnings() {
    return logged.list.stream()
        .filter(event -> event.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static String encode(SortedMap<String, List<String>> form) {
    return form.entrySet().stream()
        .flatMap(
            entry ->
                entry.getValue().stream()
                    .map(value -> entry.getKey() + "=" + URLEncoder.encode(value, UTF_8)))
        .collect(Collectors.joining("&"));
  }

  private static String sign(String token, String target, SortedMap<String, List<String>> form) {
    return TwilioSignature.of(token, PUBLIC_URL + target, form);
  }

  private static Reply twilio(String target, SortedMap<String, List<String>> form) {
    return post(target, encode(form), sign(TOKEN, target, form));
  }

  private static Reply post(String target, String body, @Nullable String signature) {
    return send(
        signed(signature)
            .uri(uri(target))
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static Reply get(String target, @Nullable String signature) {
    return send(signed(signature).uri(uri(target)).GET());
  }

  private static HttpRequest.Builder signed(@Nullable String signature) {
    HttpRequest.Builder request = HttpRequest.newBuilder();
    return signature == null ? request : request.header(TwilioSignature.HEADER, signature);
  }

  private static Reply api(String method, String target, String key, JsonObject body) {
    return api(method, target, key, body.encode());
  }

  private static Reply api(String method, String target, String key, String body) {
    return send(request(target, key).method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  private static HttpRequest.Builder request(String target, String key) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(target)).header("content-type", "application/json");
    return key.isEmpty() ? request : request.header("x-api-key", key);
  }

  private static URI uri(String target) {
    return URI.create("http://127.0.0.1:" + process.port() + target);
  }

  private static Reply send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Reply(
          response.statusCode(),
          response.headers().firstValue("content-type").orElse(""),
          response.body());
    } catch (Exception gone) {
      throw new AssertionError("no answer", gone);
    }
  }
}
