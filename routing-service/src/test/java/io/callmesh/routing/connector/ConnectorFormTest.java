package io.callmesh.routing.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.runtime.web.Fault;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link ConnectorForm}, and {@link ConnectorCheck} on what comes of it. */
class ConnectorFormTest {
  private static final String WORKFLOW = "WW0123456789abcdef0123456789abcdef";
  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
  private static final IssuedSecret TOKEN =
      IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, "conn-1");

  private static Connector created(String said) {
    return ConnectorForm.created(new JsonObject(said), "acme", "shop", TOKEN, NOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|en-US",
        "{\"voiceName\":\"Ada\"}|en-US",
        "{\"voiceName\":\"en-GB\"}|en-US",
        "{\"voiceName\":\"en-GB-Standard-A\"}|en-GB",
        "{\"voiceName\":\"cmn-Hans-CN-Wavenet-B\"}|cmn-Hans-CN",
        "{\"voiceName\":\"es-419-Neural\"}|es-419",
        "{\"voiceName\":\"en-GB-Standard-A\",\"ttsLangCode\":\"de-DE\"}|de-DE",
        "{\"voiceName\":\"en-GB-Standard-A\",\"ttsLangCode\":null}|en-GB",
        "{\"voiceName\":null}|en-US",
      })
  void takesTheSpokenLanguageFromTheVoiceUnlessItIsGiven(String said, String language) {
    JsonObject body = new JsonObject(said).put("name", "n");

    assertThat(created(body.encode()).ttsLangCode()).isEqualTo(language);
    assertThat(
            ConnectorForm.patched(created("{\"name\":\"n\"}"), new JsonObject(said)).ttsLangCode())
        .isEqualTo(language);
  }

  @Test
  void changesOnlyWhatIsSaidAndClearsByNull() {
    Connector before =
        created(
            """
            {"name": "n", "clientEnv": "sandbox", "variantId": "b", "asrLangCode": "en-GB",
             "voiceName": "Ada", "disableHandoff": true, "twiml": "<Response/>",
             "agent": {"url": "wss://agent.example"}, "sharedIdParameter": "order",
             "sensitiveFields": ["pin"], "handoffLifetime": 60,
             "destinations": [{"name": "a", "method": "sip-bye"}], "fallbackDestination": "a"}""");

    Connector renamed = ConnectorForm.patched(before, new JsonObject().put("name", "m"));
    Connector cleared =
        ConnectorForm.patched(
            before,
            new JsonObject(
                """
                {"clientEnv": null, "variantId": null, "asrLangCode": null, "voiceName": null,
                 "disableHandoff": null, "twiml": null, "agent": null, "sharedIdParameter": null,
                 "sensitiveFields": null, "handoffLifetime": null,
                 "destinations": null, "fallbackDestination": null}"""));

    assertThat(renamed.toJson()).isEqualTo(before.toJson().put("name", "m"));
    assertThat(cleared).isEqualTo(created("{\"name\":\"n\"}"));
  }

  @Test
  void refusesToChangeWhatIsFixed() {
    Connector before = created("{\"name\":\"n\"}");
    JsonObject same =
        new JsonObject()
            .put("connectorId", "conn-1")
            .put("accountId", "acme")
            .put("createdAt", NOW.toString());

    assertThat(ConnectorForm.patched(before, same)).isEqualTo(before);
    for (String member : same.fieldNames()) {
      assertThatThrownBy(() -> ConnectorForm.patched(before, new JsonObject().put(member, "other")))
          .isInstanceOf(Problem.class)
          .hasMessageStartingWith(member + " cannot change; it is '" + same.getString(member));
    }
  }

  @Test
  void keepsTheTokenThroughAPatch() {
    Connector after = ConnectorForm.patched(created("{\"name\":\"n\"}"), new JsonObject());

    assertThat(after.accepts(TOKEN.text().reveal(), NOW)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"agent\":{\"url\":\"wss://a_b.example:x/\"}}|agent.url must be like wss://",
        "{\"agent\":{\"url\":\"wss://a\",\"headers\":{\"HOST\":\"b\"}}}|agent.headers.HOST must be left out",
        "{\"agent\":{\"url\":\"wss://a\",\"headers\":{\"Sec-WebSocket-%zz\":\"b\"}}}|agent.headers.Sec-WebSocket-%zz must be left out",
        "{\"agent\":{\"url\":\"wss://a\",\"headers\":{\"Transfer-Encoding\":{\"secret\":\"b\"}}}}|agent.headers.Transfer-Encoding must",
        "{\"agent\":{\"url\":\"wss://a\",\"session\":{\"instructions\":\"x\"}}}|agent.session must be left out: this protocol",
        "{\"agent\":{\"url\":\"wss://a\",\"speaksFirst\":false}}|agent.speaksFirst must be left out: this protocol",
        "{\"agent\":{\"url\":\"wss://a\",\"protocol\":\"openai-realtime\",\"audio\":{\"encoding\":\"pcm_s16le\",\"sampleRate\":16000}}}|agent.audio.sampleRate must be 24000 for pcm_s16le with openai-realtime, was 16000",
        "{\"fallbackDestination\":\"x\"}|fallbackDestination must be one of destinations, was 'x'",
        "{\"overflowDestination\":\"x\"}|overflowDestination must be one of destinations, was 'x'",
        "{\"destinations\":[{\"name\":\"a\",\"method\":\"sip-bye\"},{\"name\":\"a\",\"method\":\"sip-bye\"}]}|destinations[1].name must not be there twice",
        "{\"destinations\":[{\"name\":\"a\",\"method\":\"twiml\",\"ifFailed\":\"a\"}]}|destinations[0].ifFailed must be another destination",
        "{\"destinations\":[{\"name\":\"a\",\"method\":\"twiml\",\"ifFailed\":\"b\"}]}|destinations[0].ifFailed must be one of destinations, or agent, was 'b'",
        "{\"destinations\":[{\"name\":\"a\",\"method\":\"twiml\",\"twiml\":\"<a>\"}]}|destinations[0].twiml is not usable",
        "{\"twiml\":\"<Response/>\"}|twiml is not usable",
        "{\"twiml\":\"<!DOCTYPE a><Response/>\"}|twiml is not usable",
        "{\"twiml\":\"<Response><Connect connectorId='conn-2'/></Response>\"}|twiml names a connector that this account does not have: 'conn-2'",
      })
  void seesWhatDoesNotGoTogether(String said, String sentence) {
    JsonObject body = new JsonObject(said).put("name", "n");
    Connector connector = created(body.encode());

    assertThat(Problem.invalid(ConnectorCheck.faults(connector, body.fieldNames(), named -> false)))
        .hasMessageStartingWith(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"instructions\":7}|agent.session.instructions must be a string",
        "{\"audio\":7}|agent.session.audio must be an object",
        "{\"audio\":{\"input\":7}}|agent.session.audio.input must be an object",
        "{\"audio\":{\"output\":[]}}|agent.session.audio.output must be an object",
        "{\"audio\":{\"input\":{\"transcription\":\"whisper\"}}}|agent.session.audio.input.transcription must be an object",
        "{\"audio\":{\"input\":{\"turn_detection\":\"server_vad\"}}}|agent.session.audio.input.turn_detection must be an object",
        "{\"audio\":{\"input\":{\"format\":{}}}}|agent.session.audio.input.format must be left out: agent.audio",
        "{\"audio\":{\"output\":{\"format\":{}}}}|agent.session.audio.output.format must be left out: agent.audio",
        "{\"tools\":{}}|agent.session.tools must be an array",
        "{\"tools\":[\"x\"]}|agent.session.tools[0] must be an object",
        "{\"tools\":[{\"type\":\"function\",\"name\":\"hangup\"}]}|agent.session.tools[0].name must be another one: 'hangup'",
      })
  void seesWhatTheWorkerCouldNotUseOfASession(String session, String sentence) {
    assertThat(Problem.invalid(realtimeFaults(session))).hasMessageStartingWith(sentence);
  }

  @Test
  void boundsASession() {
    assertThat(Problem.invalid(realtimeFaults("{\"prompt\":\"" + "x".repeat(16_384) + "\"}")))
        .hasMessageStartingWith("agent.session must have at most 16384 bytes, has 16397");
  }

  @Test
  void takesASessionWithWhatOnlyOpenAiKnows() {
    assertThat(
            realtimeFaults(
                """
                {"instructions": "Be kind.", "audio": {"input": {"turn_detection": null},
                 "output": {"voice": "marin"}}, "tools": [{"type": "mcp"}], "new": {"a": 1}}"""))
        .isEmpty();
  }

  private static List<Fault> realtimeFaults(String session) {
    JsonObject agent =
        new JsonObject()
            .put("url", "wss://a")
            .put("protocol", "openai-realtime")
            .put("session", new JsonObject(session));
    JsonObject body = new JsonObject().put("name", "n").put("agent", agent);
    return ConnectorCheck.faults(created(body.encode()), body.fieldNames(), named -> false);
  }

  @Test
  void takesWhatGoesTogether() {
    JsonObject body =
        new JsonObject(
            """
            {"name": "n", "fallbackDestination": "b", "overflowDestination": "a",
             "agent": {"url": "wss://a/b?c=d", "headers": {"Authorization": {"secret": "s"}}},
             "destinations": [{"name": "a", "method": "twiml", "ifFailed": "b"},
                              {"name": "b", "method": "twiml", "ifFailed": "agent"}],
             "twiml": "<Response><Connect connectorId='conn-2'/></Response>"}""");

    assertThat(ConnectorCheck.faults(created(body.encode()), body.fieldNames(), "conn-2"::equals))
        .isEmpty();
  }

  @Test
  void tellsWhereADocumentIsWrong() {
    JsonObject body = new JsonObject().put("name", "n").put("twiml", "<Response>\n  <Connect\n");
    Connector connector = created(body.encode());

    assertThat(ConnectorCheck.faults(connector, body.fieldNames(), named -> false))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.pointer()).isEqualTo("#/twiml");
              assertThat(fault.line()).isEqualTo(2);
              assertThat(fault.column()).isPositive();
            });
  }

  @Test
  void tellsWhereADocumentNamesAStranger() {
    JsonObject body =
        new JsonObject()
            .put("name", "n")
            .put("twiml", "<Response>\n  <Connect connectorId='conn-2'/>\n</Response>");

    assertThat(ConnectorCheck.faults(created(body.encode()), body.fieldNames(), named -> false))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.line()).isEqualTo(2);
              assertThat(fault.column()).isEqualTo(3);
            });
  }

  @Test
  void looksOnlyAtWhatWasSaid() {
    Connector connector =
        created("{\"name\":\"n\",\"twiml\":\"<gone\",\"fallbackDestination\":\"x\"}");

    assertThat(ConnectorCheck.faults(connector, Set.of("name"), named -> false)).isEmpty();
    assertThat(ConnectorCheck.faults(connector, Set.of("destinations"), named -> false))
        .extracting(fault -> fault.pointer())
        .isEqualTo(List.of("#/fallbackDestination"));
  }

  @Test
  void boundsWhatItTakesToStore() {
    JsonObject body = new JsonObject().put("name", "n").put("variantId", "é".repeat(450_000));

    assertThat(ConnectorCheck.faults(created(body.encode()), Set.of(), named -> false))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.pointer()).isEqualTo("#");
              assertThat(fault.detail()).startsWith("must take at most 900000 bytes to store");
            });
  }

  @Test
  void boundsTaskAttributes() {
    String long8k = "x".repeat(8_200);
    JsonObject body =
        new JsonObject("{\"destinations\":[{\"name\":\"a\",\"route\":\"" + WORKFLOW + "\"}]}");
    body.getJsonArray("destinations")
        .getJsonObject(0)
        .put("taskAttributes", new JsonObject().put("a", long8k));

    assertThat(
            ConnectorCheck.faults(
                created(body.put("name", "n").encode()), body.fieldNames(), named -> false))
        .singleElement()
        .satisfies(fault -> assertThat(fault.detail()).isEqualTo("must have at most 8192 bytes"));
  }

  @Test
  void boundsWhatAProjectHolds() {
    ProjectLimits.mustTakeConnectors(999, 1);
    ProjectLimits.mustTakeNumbers(50_001, 0);
    assertThatThrownBy(() -> ProjectLimits.mustTakeConnectors(1_000, 1))
        .hasMessageStartingWith(
            "an account has at most 1000 connectors in a project, this would be 1001");
    assertThatThrownBy(() -> ProjectLimits.mustTakeNumbers(49_900, 101))
        .hasMessageStartingWith(
            "an account has at most 50000 phone numbers in a project, this would be 50001");
  }
}
