package io.callmesh.ingress.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Messages as Twilio sends them, as it might, and as nobody should. */
public final class Messages {
  private static final List<String> GOOD =
      List.of(
          "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}",
          "{\"event\":\"start\",\"sequenceNumber\":\"1\",\"streamSid\":\"MZ1\",\"start\":{\"accountSid\":\"AC1\",\"callSid\":\"CA1\",\"streamSid\":\"MZ1\",\"tracks\":[\"inbound\"],\"mediaFormat\":{\"encoding\":\"audio/x-mulaw\",\"sampleRate\":8000,\"channels\":1},\"customParameters\":{\"a\":\"b\"}}}",
          "{\"event\":\"media\",\"sequenceNumber\":\"2\",\"streamSid\":\"MZ1\",\"media\":{\"track\":\"inbound\",\"chunk\":\"1\",\"timestamp\":\"20\",\"payload\":\"//7+/w==\"}}",
          "{\"event\":\"dtmf\",\"sequenceNumber\":\"7\",\"streamSid\":\"MZ1\",\"dtmf\":{\"track\":\"inbound_track\",\"digit\":\"5\"}}",
          "{\"event\":\"mark\",\"sequenceNumber\":\"8\",\"streamSid\":\"MZ1\",\"mark\":{\"name\":\"u3:12\"}}",
          "{\"event\":\"stop\",\"sequenceNumber\":\"99\",\"streamSid\":\"MZ1\",\"stop\":{\"accountSid\":\"AC1\",\"callSid\":\"CA1\"}}");

  private static final List<String> NAMES =
      List.of(
          "event",
          "streamSid",
          "sequenceNumber",
          "media",
          "start",
          "dtmf",
          "mark",
          "stop",
          "payload",
          "timestamp",
          "digit",
          "name",
          "callSid",
          "accountSid",
          "mediaFormat",
          "encoding",
          "sampleRate",
          "customParameters",
          "connected",
          "MZ1",
          "AC1",
          "CA1");

  private Messages() {}

  /** A text as a JSON string. */
  public static String quoted(String text) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }

  /** Any text that UTF-8 can say, or a word of the protocol. */
  public static Arbitrary<String> text() {
    Arbitrary<String> any =
        Arbitraries.strings()
            .ofMaxLength(20)
            .filter(text -> text.equals(new String(text.getBytes(UTF_8), UTF_8)));
    return Arbitraries.oneOf(any, Arbitraries.of(NAMES));
  }

  /** A message of Twilio's. */
  public static Arbitrary<String> good() {
    return Arbitraries.of(GOOD);
  }

  /** A message of Twilio's in which bytes were changed, doubled, or taken away. */
  public static Arbitrary<byte[]> mutated() {
    return Combinators.combine(
            good(),
            Arbitraries.integers().between(0, 400),
            Arbitraries.integers().between(0, 60),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(12))
        .as(Messages::spliced);
  }

  private static byte[] spliced(String message, int at, int without, byte[] instead) {
    byte[] bytes = message.getBytes(UTF_8);
    int from = at % bytes.length;
    int to = Math.min(bytes.length, from + without);
    byte[] spliced = new byte[from + instead.length + bytes.length - to];
    System.arraycopy(bytes, 0, spliced, 0, from);
    System.arraycopy(instead, 0, spliced, from, instead.length);
    System.arraycopy(bytes, to, spliced, from + instead.length, bytes.length - to);
    return spliced;
  }

  /** Any JSON, deep or wide, with the protocol's words in all the wrong places. */
  public static Arbitrary<String> json() {
    return object(value(3));
  }

  private static Arbitrary<String> value(int depth) {
    Arbitrary<String> simple =
        Arbitraries.oneOf(
            text().map(Messages::quoted),
            Arbitraries.longs().map(String::valueOf),
            Arbitraries.bigIntegers().map(String::valueOf),
            Arbitraries.doubles().map(String::valueOf),
            Arbitraries.of("true", "false", "null", "1e999", "\"//8=\"", "\"=\"", "{}", "[]"));
    if (depth == 0) {
      return simple;
    }
    Arbitrary<String> inner = value(depth - 1);
    return Arbitraries.oneOf(
        simple,
        object(inner),
        inner.list().ofMaxSize(3).map(list -> "[" + String.join(",", list) + "]"));
  }

  private static Arbitrary<String> object(Arbitrary<String> value) {
    return Combinators.combine(text(), value)
        .as((name, inner) -> quoted(name) + ":" + inner)
        .list()
        .ofMaxSize(6)
        .map(members -> "{" + String.join(",", members) + "}");
  }
}
