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
                .put("connectorId", "conn-1")
                .put("kind", "HANDOFF")
                .put("destination", destination)
                .put("state", data)
                .put("decidedAt", calls.now.toString()));
  }

  private static String withoutTicket(String document) {
    return document.replaceAll("/streams/[^\"]+", "/streams/T");
  }
}
