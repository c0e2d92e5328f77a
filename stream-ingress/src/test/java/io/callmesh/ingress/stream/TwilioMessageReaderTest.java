package io.callmesh.ingress.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The messages of reference/twilio.md 4.1, and what a peer may make of them. */
class TwilioMessageReaderTest {

  @Test
  void readsConnected() throws Exception {
    assertThat(read("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}"))
        .isEqualTo(new TwilioMessage.Connected());
  }

  @Test
  void readsStart() throws Exception {
    assertThat(
            read(
                """
                {"event":"start","sequenceNumber":"1","streamSid":"MZ0001","start":{
                  "accountSid":"AC0001","callSid":"CA0001","streamSid":"MZ0001","tracks":["inbound"],
                  "mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},
                  "customParameters":{"conversationId":"c-42"}}}"""))
        .isEqualTo(
            new TwilioMessage.Start(
                "MZ0001",
                "CA0001",
                "AC0001",
                "audio/x-mulaw",
                8_000,
                Map.of("conversationId", "c-42")));
  }

  @Test
  void readsMedia() throws Exception {
    TwilioMessage.Media media =
        media(
            """
            {"event":"media","sequenceNumber":"2","streamSid":"MZ0001","media":{
              "track":"inbound","chunk":"1","timestamp":"20","payload":"//7+/w=="}}""");

    assertThat(media.streamSid()).isEqualTo("MZ0001");
    assertThat(media.timestampMs()).isEqualTo(20);
    assertThat(media.payload()).containsExactly(0xff, 0xfe, 0xfe, 0xff);
  }

  @Test
  void readsDtmfMarkAndStop() throws Exception {
    assertThat(
            read(
                """
                {"event":"dtmf","sequenceNumber":"7","streamSid":"MZ0001",\
                "dtmf":{"track":"inbound_track","digit":"5"}}"""))
        .isEqualTo(new TwilioMessage.Dtmf("MZ0001", "5"));
    assertThat(
            read(
                """
                {"event":"mark","sequenceNumber":"8","streamSid":"MZ0001","mark":{"name":"u3:12"}}"""))
        .isEqualTo(new TwilioMessage.Mark("MZ0001", "u3:12"));
    assertThat(
            read(
                """
                {"event":"stop","sequenceNumber":"99","streamSid":"MZ0001",\
                "stop":{"accountSid":"AC0001","callSid":"CA0001"}}"""))
        .isEqualTo(new TwilioMessage.Stop("MZ0001"));
  }

  @Test
  void readsFieldsInAnyOrder() throws Exception {
    TwilioMessage.Media media =
        media(
            """
            {"media":{"payload":"//8=","timestamp":"40"},"streamSid":"MZ1","event":"media"}""");

    assertThat(media.timestampMs()).isEqualTo(40);
    assertThat(media.payload()).hasSize(2);
  }

  @Test
  void readsNumbersThatAreStringsAndStringsThatAreNumbers() throws Exception {
    assertThat(
            media(
                    """
                    {"event":"media","sequenceNumber":2,"streamSid":"MZ1",\
                    "media":{"chunk":1,"timestamp":60,"payload":""}}""")
                .timestampMs())
        .isEqualTo(60);
    assertThat(
            read(
                """
                {"event":"start","streamSid":"MZ1","start":{"accountSid":"AC1","callSid":"CA1",\
                "mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":"8000"}}}"""))
        .isEqualTo(new TwilioMessage.Start("MZ1", "CA1", "AC1", "audio/x-mulaw", 8_000, Map.of()));
    assertThat(read("{\"event\":\"dtmf\",\"streamSid\":\"MZ1\",\"dtmf\":{\"digit\":5}}"))
        .isEqualTo(new TwilioMessage.Dtmf("MZ1", "5"));
  }

  @Test
  void skipsFieldsThatItDoesNotKnow() throws Exception {
    assertThat(
            read(
                """
                {"newer":{"event":"stop","list":[1,{"a":[]}]},"event":"mark","streamSid":"MZ1",\
                "mark":{"newer":{"name":"no"},"name":"yes","more":[{"name":"no"}]},"last":null}"""))
        .isEqualTo(new TwilioMessage.Mark("MZ1", "yes"));
  }

  @Test
  void knowsWhatItDoesNotKnow() throws Exception {
    assertThat(read("{\"event\":\"newer\",\"newer\":{\"x\":1}}"))
        .isEqualTo(new TwilioMessage.Unknown("newer"));
  }

  @Test
  void readsAnEmptyPayload() throws Exception {
    assertThat(
            media("{\"event\":\"media\",\"streamSid\":\"MZ1\",\"media\":{\"payload\":\"\"}}")
                .payload())
        .isEmpty();
  }

  @Test
  void readsAPayloadOfAnySize() throws Exception {
    byte[] audio = new byte[48_000];
    String payload = Base64.getEncoder().encodeToString(audio);

    assertThat(
            media(
                    "{\"event\":\"media\",\"streamSid\":\"MZ1\",\"media\":{\"payload\":\"%s\"}}"
                        .formatted(payload))
                .payload())
        .isEqualTo(audio);
  }

  @Test
  void readsParametersThatAreNotTextAsEmptyOrTheirText() throws Exception {
    TwilioMessage message =
        read(
            """
            {"event":"start","streamSid":"MZ1","start":{"accountSid":"AC1","callSid":"CA1",\
            "customParameters":{"n":5,"null":null,"object":{"deep":"x"},"list":["y"],"text":"z"}}}""");

    assertThat(((TwilioMessage.Start) message).parameters())
        .isEqualTo(Map.of("n", "5", "null", "", "object", "", "list", "", "text", "z"));
  }

  @Test
  void keepsABoundedNumberOfParameters() throws Exception {
    StringBuilder parameters = new StringBuilder("\"p\":\"v\"");
    for (int i = 0; i < 500; i++) {
      parameters.append(",\"p").append(i).append("\":\"v\"");
    }
    TwilioMessage message =
        read(
            "{\"event\":\"start\",\"streamSid\":\"MZ1\",\"start\":{\"accountSid\":\"AC1\","
                + "\"callSid\":\"CA1\",\"customParameters\":{"
                + parameters
                + "}}}");

    assertThat(((TwilioMessage.Start) message).parameters()).hasSize(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"event\":{\"event\":\"stop\",\"streamSid\":\"MZ1\"}}",
        "{\"event\":[\"stop\"],\"streamSid\":\"MZ1\"}",
        "{\"streamSid\":[\"MZ1\"],\"event\":\"media\",\"media\":{\"payload\":\"x\"}}",
        "{\"event\":\"mark\",\"streamSid\":\"MZ1\",\"mark\":{\"name\":{\"name\":\"x\"}}}",
        "{\"event\":\"dtmf\",\"streamSid\":\"MZ1\",\"dtmf\":{\"digit\":[\"5\"]}}",
      })
  void doesNotTakeTheInsideOfAWrongTypeForTheMessage(String text) {
    refuses(text);
  }

  @Test
  void readsOnBehindAFieldOfAWrongType() throws Exception {
    assertThat(
            read(
                """
                {"streamSid":["MZ1"],"event":"media","media":{"timestamp":{"a":[1]},"payload":"//8="}}"""))
        .isInstanceOfSatisfying(
            TwilioMessage.Media.class, media -> assertThat(media.payload()).hasSize(2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "hello",
        "42",
        "null",
        "\"event\"",
        "[]",
        "[{\"event\":\"connected\"}]",
        "{}",
        "{",
        "{\"event\"",
        "{\"event\":\"stop\"",
        "{event:'stop'}",
        "{\"event\":null}",
        "{\"event\":\"\"}",
        "{\"streamSid\":\"MZ1\"}",
      })
  void refusesWhatIsNotAMessage(String text) {
    refuses(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"event\":\"stop\",\"streamSid\":\"MZ1\"} x",
        "{\"event\":\"stop\",\"streamSid\":\"MZ1\"}{\"event\":\"stop\"}",
        "{\"event\":\"stop\",\"streamSid\":\"MZ1\"}]",
      })
  void refusesWhatStandsBehindAMessage(String text) {
    refuses(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "\"x\"",
        "null",
        "7",
        "[\"payload\",\"//8=\"]",
        "{\"payload\":null}",
        "{\"payload\":5}",
        "{\"payload\":[]}",
        "{\"payload\":{}}",
        "{\"payload\":\"*not base64*\"}",
        "{\"payload\":\"abc\"}",
        "{\"payload\":\"//7_\"}",
      })
  void refusesMediaWithoutAudio(String media) {
    refuses("{\"event\":\"media\",\"streamSid\":\"MZ1\",\"media\":" + media + "}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "55", "E", "a", " ", "\u0665", "\\u0000", "#*"})
  void refusesDtmfThatIsNotOneKey(String digit) {
    refuses("{\"event\":\"dtmf\",\"streamSid\":\"MZ1\",\"dtmf\":{\"digit\":\"" + digit + "\"}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "9", "*", "#", "A", "D"})
  void readsEveryKey(String digit) throws Exception {
    assertThat(
            read(
                "{\"event\":\"dtmf\",\"streamSid\":\"MZ1\",\"dtmf\":{\"digit\":\""
                    + digit
                    + "\"}}"))
        .isEqualTo(new TwilioMessage.Dtmf("MZ1", digit));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no start.callSid | {'event':'start','streamSid':'MZ1','start':{'accountSid':'AC1'}}",
        "no start.accountSid | {'event':'start','streamSid':'MZ1','start':{'callSid':'CA1'}}",
        "no start.callSid | {'event':'start','streamSid':'MZ1'}",
        "no streamSid | {'event':'start','start':{'accountSid':'AC1','callSid':'CA1'}}",
        "no streamSid | {'event':'start','streamSid':'','start':{'accountSid':'A','callSid':'C'}}",
        "no mark.name | {'event':'mark','streamSid':'MZ1','mark':{}}",
        "no mark.name | {'event':'mark','streamSid':'MZ1'}",
        "no dtmf.digit | {'event':'dtmf','streamSid':'MZ1','dtmf':null}",
        "no media.payload | {'event':'media','streamSid':'MZ1'}",
      },
      quoteCharacter = '`')
  void saysWhatIsMissing(String why, String text) {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> read(text.replace('\'', '"')))
        .withMessage(why);
  }

  @Test
  void refusesDeepNesting() {
    refuses("{\"newer\":" + "[".repeat(10_000) + "]".repeat(10_000) + ",\"event\":\"stop\"}");
    refuses("{\"event\":\"stop\",\"stop\":" + "{\"a\":".repeat(50) + "1" + "}".repeat(51));
  }

  @Test
  void quotesNothingOfTheMessageInItsReason() {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> read("{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"s3cret\"}}"))
        .withMessageNotContaining("s3cret");
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> read("s3cret"))
        .withMessageNotContaining("s3cret");
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(
            () ->
                TwilioMessageReader.read(
                    new byte[] {'{', '"', (byte) 0xff, (byte) 0xc0, '"', ':', '1', '}'}));
  }

  private static void refuses(String text) {
    assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> read(text));
  }

  private static TwilioMessage.Media media(String text) throws MalformedMessageException {
    return (TwilioMessage.Media) read(text);
  }

  private static TwilioMessage read(String text) throws MalformedMessageException {
    return TwilioMessageReader.read(text.getBytes(UTF_8));
  }
}
