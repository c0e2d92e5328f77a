package io.callmesh.simulator.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Faults below the messages, which a server with a good library cannot have. */
@Execution(ExecutionMode.CONCURRENT)
class WireFaultsTest {
  private static final ConformanceListener NOBODY =
      new ConformanceListener() {
        @Override
        public void onRehearsed(Answering answering, int checks) {}

        @Override
        public void onResult(CheckResult result) {}
      };

  private static ConformanceReport run(RawServer server, String... wanted) throws Exception {
    Terms terms =
        new Terms(
            "AC0", null, null, new short[0], "*", Duration.ofMillis(700), Duration.ZERO, false, 8);
    StreamSource source = StreamSource.at(URI.create(server.url()), server.url(), Map.of());
    return new ConformanceSuite(source, terms, check -> Set.of(wanted).contains(check.id()))
        .run(NOBODY);
  }

  private static Map<String, String> failures(ConformanceReport report) {
    return report.failures().stream()
        .collect(Collectors.toMap(result -> result.check().id(), CheckResult::sentence));
  }

  @Test
  void wrongAcceptIsNoHandshake() throws Exception {
    String head = RawServer.GOOD_HEAD.replace("ACCEPT", "bm90IHRoZSByaWdodCBvbmU=");
    try (RawServer server = RawServer.start(head)) {
      assertThat(failures(run(server, "handshake")).get("handshake"))
          .contains("wrong Sec-WebSocket-Accept");
    }
  }

  @Test
  void refusedHandshakeFailsTwoChecksAndSkipsTheRest() throws Exception {
    String head = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    try (RawServer server = RawServer.start(head)) {
      ConformanceReport report = run(server, "handshake", "stream", "dtmf", "reset");
      assertThat(failures(report)).containsOnlyKeys("handshake", "stream");
      assertThat(report.counts()).containsEntry(Outcome.SKIPPED, 2L);
      assertThat(report.passed(false)).isFalse();
    }
  }

  @Test
  void subprotocolAndExtensionThatNobodyOfferedAreFound() throws Exception {
    String head =
        RawServer.goodHead(
            "Sec-WebSocket-Protocol: audio", "Sec-WebSocket-Extensions: permessage-deflate");
    try (RawServer server = RawServer.start(head)) {
      assertThat(
              failures(
                  run(server, "handshake", "no-subprotocol", "no-extension", "no-compression")))
          .containsOnlyKeys("no-subprotocol", "no-extension", "no-compression");
    }
  }

  @Test
  void pingAndCloseThatAreNotAnsweredAreFound() throws Exception {
    try (RawServer server = RawServer.start(RawServer.GOOD_HEAD)) {
      assertThat(failures(run(server, "ping", "close-before-start")).keySet())
          .containsExactlyInAnyOrder("ping", "close-before-start");
    }
  }

  @Test
  void silentServerThatAnswersNoMorePingsIsFound() throws Exception {
    RawServer.Conversation deafened = new PingAnswerer("weather");
    try (RawServer server = RawServer.start(RawServer.GOOD_HEAD, deafened)) {
      ConformanceReport report = run(server, "unknown-event", "sequence-gap");
      assertThat(report.answering()).isEqualTo(Answering.SILENCE);
      assertThat(failures(report)).containsOnlyKeys("unknown-event");
      assertThat(failures(report).get("unknown-event")).contains("a ping was not answered");
    }
  }

  @Test
  void maskedAndCompressedFramesAreFound() throws Exception {
    int[] masked = {0x81, 0x82, 0, 0, 0, 0, '{', '}'};
    try (RawServer server = RawServer.start(RawServer.GOOD_HEAD, masked)) {
      assertThat(failures(run(server, "well-formed-frames")).get("well-formed-frames"))
          .contains("masked");
    }
    int[] compressed = {0xC1, 0x02, '{', '}'};
    try (RawServer server = RawServer.start(RawServer.GOOD_HEAD, compressed)) {
      assertThat(failures(run(server, "well-formed-frames")).get("well-formed-frames"))
          .contains("reserved bits");
    }
  }
}
