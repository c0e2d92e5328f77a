package io.callmesh.ingress.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Whatever comes is read, or refused as malformed; nothing else happens. */
class TwilioMessageReaderPropertyTest {
  @Property
  void readsOrRefusesAnyBytes(@ForAll @Size(max = 400) byte[] bytes) {
    readOrRefuse(bytes);
  }

  @Property
  void readsOrRefusesWhateverBecameOfAMessage(@ForAll("mutated") byte[] message) {
    readOrRefuse(message);
  }

  @Property
  void readsOrRefusesAnyJson(@ForAll("json") String message) {
    readOrRefuse(message.getBytes(UTF_8));
  }

  @Property
  void readsAnyMediaMessage(
      @ForAll("text") String streamSid,
      @ForAll("counts") long sequenceNumber,
      @ForAll("counts") long timestampMs,
      @ForAll @Size(max = 2_000) byte[] audio,
      @ForAll boolean quoted)
      throws MalformedMessageException {
    String quote = quoted ? "\"" : "";
    String message =
        "{\"event\":\"media\",\"sequenceNumber\":%2$s%3$d%2$s,\"streamSid\":%1$s,\"media\":{\"timestamp\":%2$s%4$d%2$s,\"payload\":\"%5$s\"}}"
            .formatted(
                Messages.quoted(streamSid),
                quote,
                sequenceNumber,
                timestampMs,
                Base64.getEncoder().encodeToString(audio));

    TwilioMessage.Media media = (TwilioMessage.Media) read(message.getBytes(UTF_8));

    assertThat(media.streamSid()).isEqualTo(streamSid);
    assertThat(media.sequenceNumber()).isEqualTo(sequenceNumber);
    assertThat(media.timestampMs()).isEqualTo(timestampMs);
    assertThat(media.payload()).isEqualTo(audio);
  }

  @Property
  void keepsEveryParameter(@ForAll("parameters") Map<String, String> parameters)
      throws MalformedMessageException {
    StringBuilder members = new StringBuilder();
    parameters.forEach(
        (name, value) ->
            members
                .append(members.isEmpty() ? "" : ",")
                .append(Messages.quoted(name))
                .append(':')
                .append(Messages.quoted(value)));
    String message =
        "{\"event\":\"start\",\"streamSid\":\"MZ1\",\"start\":{\"callSid\":\"CA1\",\"accountSid\":\"AC1\",\"customParameters\":{%s}}}"
            .formatted(members);

    TwilioMessage.Start start = (TwilioMessage.Start) read(message.getBytes(UTF_8));

    assertThat(start.parameters()).isEqualTo(parameters);
  }

  @Provide
  Arbitrary<byte[]> mutated() {
    return Messages.mutated();
  }

  @Provide
  Arbitrary<String> json() {
    return Messages.json();
  }

  @Provide
  Arbitrary<String> text() {
    return Messages.text();
  }

  @Provide
  Arbitrary<Long> counts() {
    return Arbitraries.longs().greaterOrEqual(0);
  }

  @Provide
  Arbitrary<Map<String, String>> parameters() {
    return Arbitraries.maps(Messages.text(), Messages.text()).ofMaxSize(8);
  }

  private static TwilioMessage read(byte[] bytes) throws MalformedMessageException {
    return TwilioMessageReader.read(bytes);
  }

  private static void readOrRefuse(byte[] bytes) {
    try {
      assertThat(read(bytes)).isNotNull();
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageMatching("[A-Za-z .]+");
    }
  }
}
