package io.callmesh.simulator.conformance;

import static io.callmesh.simulator.conformance.Section.WEBSOCKET;
import static io.callmesh.simulator.conformance.Severity.RECOMMENDED;
import static io.callmesh.simulator.conformance.Severity.REQUIRED;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What any WebSocket server has to do (RFC 6455; reference/twilio.md 4.5). */
final class WebSocketChecks {
  private static final int LARGE_BYTES = 20_000;
  private static final int FRAGMENT_BYTES = 4_000;
  private static final int HUGE_BYTES = 1 << 20;

  static final List<Check> ALL =
      List.of(
          Check.of(
              WEBSOCKET,
              REQUIRED,
              "ping",
              "Pings are answered with their payload",
              "Let your library answer pings, and do not block the thread it does so on.",
              WebSocketChecks::ping),
          Check.of(
              WEBSOCKET,
              REQUIRED,
              "pong-unasked",
              "A pong that nobody asked for does no harm",
              "Ignore it (RFC 6455, section 5.5.3).",
              WebSocketChecks::pong),
          Check.of(
              WEBSOCKET,
              RECOMMENDED,
              "server-ping",
              "The stream goes on when the server's pings are answered",
              "Take a pong for a sign of life.",
              WebSocketChecks::serverPing),
          Check.of(
              WEBSOCKET,
              REQUIRED,
              "fragments",
              "A message in fragments, with pings between them, is put together",
              "Let your library put fragments together before you parse.",
              WebSocketChecks::fragments),
          Check.of(
              WEBSOCKET,
              RECOMMENDED,
              "binary-message",
              "A binary message does not bring the server down",
              "Ignore it, or close with 1003 or 1008.",
              WebSocketChecks::binary),
          Check.of(
              WEBSOCKET,
              RECOMMENDED,
              "huge-message",
              "A message of 1 MiB does not bring the server down",
              "Set a limit in your library, and close with 1009 beyond it.",
              WebSocketChecks::huge));

  private WebSocketChecks() {}

  private static Verdict ping(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    for (String payload : List.of("", "callmesh", "x".repeat(WireFrame.MOST_CONTROL_BYTES))) {
      if (!stream.answersPing(payload, bench.patience())) {
        return Verdict.failed(
            "a ping of " + payload.length() + " bytes was not answered" + bench.inTime());
      }
    }
    return Verdict.passed("with 0, 8 and 125 bytes");
  }

  private static Verdict pong(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.sendFrame(true, WireFrame.PONG, new byte[] {'?'});
    return bench.goesOn(stream, "a pong");
  }

  private static Verdict serverPing(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    return stream.await(() -> stream.findings().pings() > 0, bench.patience())
        ? bench.goesOn(stream, "a ping was answered")
        : Verdict.skipped("the server sent no ping" + bench.inTime());
  }

  private static Verdict fragments(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    long since = stream.position();
    byte[] audio = Tone.SECOND.samples(LARGE_BYTES);
    stream.sendInFragments(next -> next.media(audio), FRAGMENT_BYTES);
    if (bench.answering() == Answering.ECHO
        && !stream.awaitTone(Tone.SECOND, since, bench.patience())
        && stream.isOpen()) {
      return Verdict.failed("the audio in it did not come back" + bench.inTime());
    }
    return bench.goesOn(stream, Tone.THIRD, "a message in fragments");
  }

  private static Verdict binary(Workbench bench) throws IOException {
    PlayedStream stream = bench.working();
    stream.sendFrame(true, WireFrame.BINARY, Tone.SECOND.samples(160));
    return InputChecks.settled(bench, stream, "a binary message");
  }

  /** Only what comes after counts: a server may close as hard as it likes. */
  private static Verdict huge(Workbench bench) throws IOException {
    PlayedStream stream = bench.working(Workbench.Opening.USUAL.provoking());
    byte[] text = new byte[HUGE_BYTES];
    Arrays.fill(text, " ".getBytes(StandardCharsets.US_ASCII)[0]);
    text[0] = '{';
    text[HUGE_BYTES - 1] = '}';
    stream.sendFrame(true, WireFrame.TEXT, text);
    return bench.servesTheNext("a message of 1 MiB");
  }
}
