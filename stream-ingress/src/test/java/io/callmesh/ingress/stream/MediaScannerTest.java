package io.callmesh.ingress.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.callmesh.ingress.stream.TwilioMessage.Media;
import java.lang.management.ManagementFactory;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaScannerTest {
  private static final String SID = "MZ0001";
  private static final String USUAL =
      """
      {"event":"media","sequenceNumber":"2","streamSid":"MZ0001","media":{\
      "track":"inbound","chunk":"1","timestamp":"20","payload":"//7+/w=="}}""";

  private final MediaScanner scanner = new MediaScanner();

  @Test
  void readsWhatTwilioSends() {
    assertThat(scan(USUAL)).isTrue();
    assertThat(scanner.sequenceNumber()).isEqualTo(2);
    assertThat(scanner.timestampMs()).isEqualTo(20);
    assertThat(scanner.payload()).containsExactly(0xff, 0xfe, 0xfe, 0xff);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"\"}}",
        " { \"media\" : { \"payload\" : \"//7+/w==\" , \"timestamp\" : 20 } ,\n\t\"streamSid\":\"MZ0001\",\r\"event\":\"media\" } ",
        "{\"event\":\"media\",\"new\":7,\"streamSid\":\"MZ0001\",\"media\":{\"newer\":\"x\",\"payload\":\"/w==\"},\"sequenceNumber\":2}"
      })
  void readsMembersInAnyOrderAndNumbersInEitherForm(String message) {
    assertThat(scan(message)).isTrue();
    assertAgreement(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "null",
        "[{\"event\":\"media\"}]",
        "{\"event\":\"media\",\"streamSid\":\"MZ0002\",\"media\":{\"payload\":\"/w==\"}}",
        "{\"event\":\"mark\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w==\"}}",
        "{\"event\":\"media\",\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w==\"}}",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w==\",\"payload\":\"/w==\"}}",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w\\u003d=\"}}",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w\"}}",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":1234}}",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w==\",\"timestamp\":-1}}",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w==\",\"timestamp\":01}}",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w==\",\"more\":{}}}",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w==\"}}x",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w==\"},}",
        "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"/w==\"}"
      })
  void leavesWhatIsUnusualToTheReader(String message) {
    assertThat(scan(message)).isFalse();
  }

  /** Fifty of these a second pass for every stream: nothing may come to depend on how many did. */
  @Test
  void allocatesNoMoreInALongCallThanInAShortOne() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    TwilioMessageWriter writer = new TwilioMessageWriter(SID);
    Scratch scratch = new Scratch();
    byte[][] early = messages(2);
    byte[][] late = messages(100_000_000);
    byte[] sid = SID.getBytes(UTF_8);

    boolean all = true;
    long[] bytes = new long[2];
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 2; i++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (byte[] message : i == 0 ? early : late) {
          all &= scanner.scan(message, message.length, sid);
          all &= writer.media(scanner.payload(), scratch) > 160;
        }
        bytes[i] = (threads.getCurrentThreadAllocatedBytes() - before) / early.length;
      }
    }

    assertThat(all).isTrue();
    assertThat(bytes[1]).isLessThanOrEqualTo(bytes[0] + 16).isLessThan(512);
  }

  private static byte[][] messages(int from) {
    return IntStream.range(from, from + 1_000)
        .mapToObj(
            number ->
                USUAL
                    .replace("\"2\"", "\"" + number + "\"")
                    .replace("\"20\"", "\"" + 20L * number + "\"")
                    .replace("//7+/w==", Base64.getEncoder().encodeToString(new byte[160]))
                    .getBytes(UTF_8))
        .toArray(byte[][]::new);
  }

  @Property(tries = 3_000)
  void neverSaysAnythingElseThanTheReader(@ForAll("mutated") String message) {
    assertAgreement(message);
  }

  @Property(tries = 500)
  void readsAnyPayload(@ForAll byte[] payload, @ForAll long number) {
    long sequence = Math.floorMod(number, 1_000_000_000_000L);
    String message =
        USUAL
            .replace("//7+/w==", Base64.getEncoder().encodeToString(payload))
            .replace("\"2\"", "\"" + sequence + "\"");

    assertThat(scan(message)).isTrue();
    assertThat(scanner.payload()).isEqualTo(payload);
    assertThat(scanner.sequenceNumber()).isEqualTo(sequence);
  }

  /** A usual message with some of its characters taken out, doubled, or replaced. */
  @Provide
  Arbitrary<String> mutated() {
    List<String> pieces =
        List.of("{", "}", "\"", ":", ",", "\\", "1", "é", "\u0001", " ", "=", "media", "payload");
    return Arbitraries.longs()
        .map(
            seed -> {
              Random random = new Random(seed);
              StringBuilder message = new StringBuilder(USUAL);
              for (int changes = random.nextInt(4); changes >= 0; changes--) {
                int at = random.nextInt(message.length());
                String piece =
                    random.nextBoolean() ? "" : pieces.get(random.nextInt(pieces.size()));
                message.replace(at, at + random.nextInt(2), piece);
              }
              return message.toString();
            });
  }

  /** What the scanner takes, the reader takes as the same message. */
  private void assertAgreement(String message) {
    if (scan(message)) {
      Media read = reader(message);
      assertThat(read.streamSid()).isEqualTo(SID);
      assertThat(scanner.timestampMs()).isEqualTo(read.timestampMs());
      assertThat(scanner.payload()).isEqualTo(read.payload());
    }
  }

  private static Media reader(String message) {
    try {
      return (Media) TwilioMessageReader.read(message.getBytes(UTF_8));
    } catch (MalformedMessageException malformed) {
      throw new AssertionError("the reader refuses " + message, malformed);
    }
  }

  private boolean scan(String message) {
    byte[] bytes = message.getBytes(UTF_8);
    byte[] longer = new byte[bytes.length + 7];
    System.arraycopy(bytes, 0, longer, 0, bytes.length);
    return scanner.scan(longer, bytes.length, SID.getBytes(UTF_8));
  }
}
