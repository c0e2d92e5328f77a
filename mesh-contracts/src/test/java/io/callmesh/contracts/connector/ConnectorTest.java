package io.callmesh.contracts.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectorTest {

  private static final Instant CREATED = Instant.parse("2026-11-23T10:00:00Z");
  private static final Destination BILLING = destination("billing");
  private static final Destination SALES = destination("sales");
  private static final AgentEndpoint AGENT =
      new AgentEndpoint(
          AgentEndpoint.Protocol.CALLMESH,
          "wss://agent.example.com/v1",
          new AudioFormat(AudioFormat.Encoding.PCM_S16LE, 16_000),
          Map.of(
              "Authorization",
              new AgentHeader("Bearer ", "bot-key"),
              "X-Tenant",
              new AgentHeader("acme", null)));

  @Test
  void comesBackFromItsJson() {
    Connector full = connector(AGENT, List.of(BILLING, SALES), "sales", "<Response/>");
    Connector bare = connector(null, List.of(), null, null);

    assertThat(Connector.fromJson(reparsed(full.toJson()).put("newer", 1))).isEqualTo(full);
    assertThat(Connector.fromJson(reparsed(bare.toJson()))).isEqualTo(bare);
  }

  @Test
  void doesNotShowTheHashOfItsToken() {
    Connector connector = connector(AGENT, List.of(), null, null);

    assertThat(connector.toPublicJson().encode()).doesNotContain("tokenHash", "5ecre7");
    assertThat(connector.toJson().getString("tokenHash")).isEqualTo("5ecre7");
  }

  @Test
  void takesDefaultsForWhatIsAbsent() {
    Connector read =
        Connector.fromJson(
            new JsonObject().put("connectorId", "conn-1").put("createdAt", CREATED.toString()));

    assertThat(read.clientEnv()).isEqualTo("live");
    assertThat(read.agent()).isNull();
    assertThat(read.destinations()).isEmpty();
    assertThat(read.disableHandoff()).isFalse();
    assertThat(read.twiml()).isNull();
  }

  @Test
  void findsADestinationByNameAndTheFirstByDefault() {
    Connector connector = connector(null, List.of(BILLING, SALES), "sales", null);

    assertThat(connector.destination("sales")).contains(SALES);
    assertThat(connector.destination(null)).contains(BILLING);
    assertThat(connector.destination("nowhere")).isEmpty();
    assertThat(connector.rescueDestination()).contains(SALES);
    assertThat(connector(null, List.of(BILLING), null, null).rescueDestination()).contains(BILLING);
    assertThat(connector(null, List.of(), null, null).rescueDestination()).isEmpty();
  }

  @Test
  void numberComesBackFromItsJson() {
    PhoneNumber free = new PhoneNumber("+14158675309", "proj", "acc", "sandbox", null);

    assertThat(PhoneNumber.fromJson(reparsed(free.toJson()).put("newer", 1))).isEqualTo(free);
    assertThat(PhoneNumber.fromJson(reparsed(free.assignedTo("conn-1").toJson())).connectorId())
        .isEqualTo("conn-1");
    assertThat(PhoneNumber.fromJson(new JsonObject().put("number", "+1")).clientEnv())
        .isEqualTo("live");
  }

  @ParameterizedTest
  @CsvSource({
    "MULAW, 8000",
    "ALAW, 8000",
    "PCM_S16LE, 8000",
    "PCM_S16LE, 16000",
    "PCM_S16LE, 24000",
    "PCM_S16LE, 48000"
  })
  void audioFormatComesBackFromItsJson(AudioFormat.Encoding encoding, int sampleRate) {
    AudioFormat format = new AudioFormat(encoding, sampleRate);

    assertThat(AudioFormat.fromJson(reparsed(format.toJson()))).isEqualTo(format);
  }

  @ParameterizedTest
  @CsvSource({
    "mulaw, 16000, 'agent.audio.sampleRate must be 8000 for mulaw and alaw, was 16000'",
    "alaw, 16000, 'agent.audio.sampleRate must be 8000 for mulaw and alaw, was 16000'",
    "pcm_s16le, 44100, 'agent.audio.sampleRate must be 8000, 16000, 24000 or 48000, was 44100'",
    "opus, 8000, 'agent.audio.encoding must be mulaw, alaw or pcm_s16le, was ''opus'''",
  })
  void audioFormatRefusesWhatNoWorkerTranscodes(String encoding, int rate, String sentence) {
    JsonObject json = new JsonObject().put("encoding", encoding).put("sampleRate", rate);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> AudioFormat.fromJson(json))
        .withMessage(sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"encoding\":\"mulaw\"}",
        "{\"sampleRate\":null}",
        "{\"encoding\":null,\"sampleRate\":8000}"
      })
  void audioFormatIsTwiliosUnlessSaid(String json) {
    assertThat(AudioFormat.fromJson(new JsonObject(json))).isEqualTo(AudioFormat.MULAW_8000);
  }

  @Test
  void endpointTakesDefaultsAndRefusesAnUnknownProtocol() {
    JsonObject json = new JsonObject().put("url", "wss://agent.example.com");

    assertThat(AgentEndpoint.fromJson(json).audio()).isEqualTo(AudioFormat.MULAW_8000);
    assertThat(AgentEndpoint.fromJson(reparsed(AGENT.toJson()))).isEqualTo(AGENT);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AgentEndpoint.fromJson(json.put("protocol", "grpc")))
        .withMessageMatching("agent.protocol must be callmesh or .+, was 'grpc'");
  }

  @Test
  void endpointKeepsTheSettingsOfItsProtocol() {
    JsonObject session = new JsonObject().put("instructions", "Be kind.");
    AgentEndpoint endpoint =
        new AgentEndpoint(
            AgentEndpoint.Protocol.OPENAI_REALTIME,
            "wss://api.openai.com/v1/realtime?model=gpt-realtime",
            AudioFormat.MULAW_8000,
            Map.of(),
            session,
            false);

    assertThat(AgentEndpoint.fromJson(reparsed(endpoint.toJson()))).isEqualTo(endpoint);
    assertThat(AGENT.toJson().fieldNames()).doesNotContain("session", "speaksFirst");
    assertThat(AGENT.speaksFirst()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AgentEndpoint.fromJson(endpoint.toJson().put("session", "kind")))
        .withMessage("agent.session must be an object");
  }

  @ParameterizedTest
  @CsvSource({
    "OPENAI_REALTIME, MULAW, 8000, true",
    "OPENAI_REALTIME, PCM_S16LE, 24000, true",
    "OPENAI_REALTIME, PCM_S16LE, 16000, false",
    "CALLMESH, PCM_S16LE, 16000, true",
  })
  void protocolCarriesCertainFormats(
      AgentEndpoint.Protocol protocol, AudioFormat.Encoding encoding, int rate, boolean carries) {
    assertThat(protocol.carries(new AudioFormat(encoding, rate))).isEqualTo(carries);
  }

  @Test
  void destinationTakesDefaultsAndRefusesAnUnknownMethod() {
    JsonObject json = new JsonObject().put("name", "billing").put("route", "WW1");

    assertThat(Destination.fromJson(json).method()).isEqualTo(Destination.Method.FLEX);
    assertThat(Destination.fromJson(reparsed(BILLING.toJson()))).isEqualTo(BILLING);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Destination.fromJson(json.put("method", "pigeon")))
        .withMessage("destinations[].method is unknown: 'pigeon'");
  }

  private static Destination destination(String name) {
    return new Destination(
        name,
        "for " + name,
        Destination.Method.FLEX,
        "WW" + name,
        Map.of("X-Skill", "$skill"),
        new JsonObject().put("skill", name),
        5,
        600,
        "+14155550100",
        "https://music.example/hold.mp3",
        300,
        "<Response/>",
        Destination.AGENT);
  }

  private static Connector connector(
      @Nullable AgentEndpoint agent,
      List<Destination> destinations,
      @Nullable String fallback,
      @Nullable String twiml) {
    return new Connector(
        "conn-1",
        "name",
        "acc",
        "proj",
        "sandbox",
        "variant",
        "en-GB",
        "en-US",
        "voice",
        true,
        agent,
        destinations,
        fallback,
        "billing",
        twiml,
        "SipHeader_X-Id",
        Set.of("card_number", "iban"),
        3_600,
        "5ecre7",
        new Connector.PreviousToken("0ld", CREATED),
        CREATED);
  }

  private static JsonObject reparsed(JsonObject json) {
    return new JsonObject(json.encode());
  }
}
