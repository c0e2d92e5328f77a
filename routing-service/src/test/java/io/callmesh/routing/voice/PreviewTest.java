package io.callmesh.routing.voice;

import static io.callmesh.routing.voice.CallFixture.WORKFLOW;
import static io.callmesh.routing.voice.CallFixture.destination;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.routing.twiml.Xml;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PreviewTest {
  private final CallFixture calls = new CallFixture();

  @Test
  void showsWhatTheRealHandlersAnswer() throws Exception {
    calls.destinations(
        destination("pbx", "sip-invite", "sip:queue@sbc.example")
            .put("ifFailed", "people")
            .put("sipHeaders", new JsonObject().put("X-Customer", "$customer_id")),
        destination("people", "flex", WORKFLOW));
    JsonObject data = new JsonObject().put("customer_id", "c-7");

    List<JsonObject> steps = run(handoff("pbx", data), List.of("busy"));

    assertThat(steps)
        .extracting(step -> step.getString("step"))
        .containsExactly("voice", "connect-action", "dial-action");
    String voice = calls.voice();
    assertThat(withoutTicket(steps.get(0).getString("twiml"))).isEqualTo(withoutTicket(voice));
    calls.handoff(voice, "pbx", new JsonObject().put("state", data));
    assertThat(Xml.verbs(steps.get(1).getString("twiml")))
        .isEqualTo(Xml.verbs(calls.next(voice, desk -> desk::streamEnded)));
    assertThat(steps.get(1).getJsonObject("sipHeaders"))
        .isEqualTo(new JsonObject().put("X-Customer", "c-7"));
    assertThat(steps.get(1).getJsonObject("variables"))
        .isEqualTo(new JsonObject().put("customer_id", "c-7"));
    assertThat(steps.get(2).getJsonObject("fields").getString("DialCallStatus")).isEqualTo("busy");
    assertThat(Xml.verbs(steps.get(2).getString("twiml"))).isEqualTo("Enqueue");
  }

  @Test
  void masksWhatIsSensitiveButWhereAHeaderNamesIt() throws Exception {
    JsonObject pbx =
        destination("pbx", "sip-invite", "sip:queue@sbc.example")
            .put("sipHeaders", new JsonObject().put("X-Card", "$card_number"));
    calls.connector(
        new JsonObject()
            .put("sensitiveFields", new JsonArray().add("card_number"))
            .put(
                "destinations",
                new JsonArray()
                    .add(destination("people", "flex", WORKFLOW))
                    .add(destination("flow", "studio", CallFixture.FLOW))
                    .add(pbx)));
    JsonObject card = new JsonObject().put("card_number", "4111");
    JsonObject data = card.copy().put("customer_id", "c-7").put("order", card);

    String task = run(handoff("people", data), List.of()).get(1).getString("twiml");
    String studio = run(handoff("flow", data), List.of()).get(1).getString("twiml");
    String sip = run(handoff("pbx", data), List.of()).get(1).getString("twiml");

    JsonObject callmesh = new JsonObject(Xml.text(task, "Task")).getJsonObject("callmesh");
    assertThat(callmesh.getJsonObject("handoff"))
        .isEqualTo(
            new JsonObject()
                .put("card_number", "[masked]")
                .put("customer_id", "c-7")
                .put("order", new JsonObject().put("card_number", "[masked]")));
    assertThat(studio).contains("data_customer_id=c-7").doesNotContain("card_number", "4111");
    assertThat(sip).contains("X-Card=4111");
  }

  @Test
  void hasTicketsThatOpenNothing() throws Exception {
    calls.connector(new JsonObject());

    String url = Xml.attribute(run(null, List.of()).get(0).getString("twiml"), "Stream", "url");
    String ticket = url.substring(url.lastIndexOf('/') + 1);
    TicketSeal real =
        new TicketSeal(calls.config.ticketSecrets(), Clock.fixed(calls.now, ZoneOffset.UTC));

    assertThat(real.open(ticket)).isEmpty();
  }

  @Test
  void endsWithTheStreamWhenNothingIsSaidOfIt() throws Exception {
    calls.destinations(destination("people", "flex", WORKFLOW));

    assertThat(run(null, List.of("busy"))).hasSize(1);
  }

  @Test
  void saysThatAHandoffIsRefused() throws Exception {
    calls.connector(
        new JsonObject()
            .put("disableHandoff", true)
            .put("destinations", new JsonArray().add(destination("people", "flex", WORKFLOW))));

    List<JsonObject> steps = run(handoff(null, new JsonObject()), List.of());

    assertThat(steps.get(1).getString("step")).isEqualTo("handoff-refused");
    assertThat(steps.get(1).getJsonArray("notes").getString(0)).contains("disableHandoff");
  }

  @Test
  void notesWhatAnOperatorWouldReadInTheLog() throws Exception {
    calls.destinations(
        destination("pbx", "sip-invite", "sip:queue@sbc.example")
            .put("sipHeaders", new JsonObject().put("X-A", "$nobody")));

    List<JsonObject> steps = run(handoff("pbx", new JsonObject()), List.of("failed"));

    assertThat(steps.get(1).getJsonArray("notes").encode()).contains("it is empty");
    assertThat(steps.get(2).getJsonArray("notes").encode())
        .contains("pbx does not take the call: failed", "back to the agent: transfer_failed");
  }

  private List<JsonObject> run(
      @Nullable Function<String, Outcome> outcome, List<String> transferResults) throws Exception {
    Preview.Plan plan =
        new Preview.Plan(
            calls.directory.get("conn-1").orElseThrow(),
            "/twilio/voice",
            calls.fields,
            calls.now,
            outcome,
            false,
            transferResults);
    return new Preview(calls.config, calls.directory, plan)
        .run().await(10, SECONDS).stream().map(JsonObject.class::cast).toList();
  }

  private Function<String, Outcome> handoff(@Nullable String destination, JsonObject data) {
    return conversationId ->
        Outcome.fromJson(
            new JsonObject()
                .put("callSid", CallFixture.CALL)
                .put("conversationId", conversationId)
                .put("accountSid", "AC1")
                .put("connectorId", "conn-1")
                .put("accountId", "acc-1")
                .put("projectId", "proj-1")
                .put("kind", "HANDOFF")
                .put("destination", destination)
                .put("state", data.encode())
                .put("decidedAt", calls.now.toString()));
  }

  private static String withoutTicket(String document) {
    return document.replaceAll("/streams/[^\"]+", "/streams/T");
  }
}
