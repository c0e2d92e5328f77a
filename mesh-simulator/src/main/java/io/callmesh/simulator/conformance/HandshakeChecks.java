package io.callmesh.simulator.conformance;

import static io.callmesh.simulator.conformance.Section.HANDSHAKE;
import static io.callmesh.simulator.conformance.Severity.RECOMMENDED;
import static io.callmesh.simulator.conformance.Severity.REQUIRED;

import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.simulator.twilio.StreamInvitation;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** From the request to the 101 (reference/twilio.md 2.4 and 4.5). */
final class HandshakeChecks {
  private static final String UNSIGNED =
      "handshakes are not signed: give --auth-token, and the server the same one";

  static final List<Check> ALL =
      List.of(
          Check.of(
              HANDSHAKE,
              REQUIRED,
              "handshake",
              "A handshake as Twilio's is answered with 101",
              "Answer the request for /path with 101 and the right Sec-WebSocket-Accept; no"
                  + " redirect, no login page.",
              HandshakeChecks::accepted),
          Check.of(
              HANDSHAKE,
              REQUIRED,
              "no-subprotocol",
              "No subprotocol is chosen, since Twilio offers none",
              "Leave Sec-WebSocket-Protocol out of the 101, and do not insist on one.",
              bench -> without(bench, "sec-websocket-protocol")),
          Check.of(
              HANDSHAKE,
              REQUIRED,
              "no-extension",
              "No extension is switched on that was not offered",
              "Leave Sec-WebSocket-Extensions out of the 101.",
              bench -> without(bench, "sec-websocket-extensions")),
          Check.of(
              HANDSHAKE,
              RECOMMENDED,
              "no-compression",
              "permessage-deflate is declined when it is offered",
              "Switch compression off: Twilio does not document it, and audio does not get smaller.",
              HandshakeChecks::compressionDeclined),
          Check.of(
              HANDSHAKE,
              REQUIRED,
              "query-dropped",
              "The URL works without its query, which Twilio drops",
              "Put a token into the path, or into <Parameter>; never into the query.",
              HandshakeChecks::queryDropped),
          Check.of(
              HANDSHAKE,
              REQUIRED,
              "wrong-signature",
              "A wrong X-Twilio-Signature gets no 101",
              "Check the signature over the wss:// URL before the 101, and answer 403.",
              bench -> refused(bench, Map.of(TwilioSignature.HEADER, "d3JvbmcgYXMgd3JvbmcgaXM="))),
          Check.of(
              HANDSHAKE,
              REQUIRED,
              "no-signature",
              "A handshake without X-Twilio-Signature gets no 101",
              "Refuse a handshake that is not signed with 403.",
              bench -> refused(bench, Map.of())),
          Check.of(
              HANDSHAKE,
              RECOMMENDED,
              "trailing-slash",
              "A signature over the URL with a trailing slash is good too",
              "Try the URL with '/' at its end when the first comparison fails, as Twilio advises.",
              HandshakeChecks::trailingSlash),
          Check.of(
              HANDSHAKE,
              REQUIRED,
              "header-case",
              "x-twilio-signature in small letters is read",
              "Compare header names without regard to case.",
              HandshakeChecks::smallLetters));

  private HandshakeChecks() {}

  private static Verdict accepted(Workbench bench) throws IOException {
    StreamInvitation call = bench.invitation();
    String fault = bench.shake(call, bench.signed(call)).fault();
    return fault == null ? Verdict.passed("101") : Verdict.failed(fault);
  }

  /** A handshake that should be accepted, whatever else is looked at. */
  private static HandshakeAnswer good(
      Workbench bench, StreamInvitation call, Map<String, String> headers) throws IOException {
    HandshakeAnswer answer = bench.shake(call, headers);
    if (!answer.switched()) {
      throw new IOException(String.valueOf(answer.fault()));
    }
    return answer;
  }

  private static Verdict without(Workbench bench, String header) throws IOException {
    StreamInvitation call = bench.invitation();
    String value = good(bench, call, bench.signed(call)).header(header);
    return value == null
        ? Verdict.passed("the 101 has none")
        : Verdict.failed("the 101 has " + header + ": " + Printable.of(value));
  }

  private static Verdict compressionDeclined(Workbench bench) throws IOException {
    StreamInvitation call = bench.invitation();
    Map<String, String> headers = new HashMap<>(bench.signed(call));
    headers.put("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
    String chosen = good(bench, call, headers).header("sec-websocket-extensions");
    return chosen == null
        ? Verdict.passed("declined")
        : Verdict.failed("the server chose " + Printable.of(chosen));
  }

  private static Verdict queryDropped(Workbench bench) throws IOException {
    StreamInvitation call = bench.invitation();
    if (call.url().indexOf('?') < 0) {
      return Verdict.notApplicable("the URL has no query");
    }
    HandshakeAnswer answer = bench.shake(call, bench.signed(call));
    return answer.switched()
        ? Verdict.passed("101 without it")
        : Verdict.failed("without its query the URL is answered with " + answer.status());
  }

  private static Verdict refused(Workbench bench, Map<String, String> headers) throws IOException {
    if (bench.terms().authToken() == null) {
      return Verdict.skipped(UNSIGNED);
    }
    int status = bench.shake(bench.invitation(), headers).status();
    return status == HandshakeAnswer.SWITCHING
        ? Verdict.failed("anybody is let in")
        : Verdict.passed("refused with " + status);
  }

  private static Verdict trailingSlash(Workbench bench) throws IOException {
    StreamInvitation call = bench.invitation();
    if (bench.terms().authToken() == null) {
      return Verdict.skipped(UNSIGNED);
    }
    String other = call.signed().endsWith("/") ? call.signed() : call.signed() + "/";
    HandshakeAnswer answer = bench.shake(call, bench.signedFor(other));
    return answer.switched()
        ? Verdict.passed("101")
        : Verdict.failed("it was answered with " + answer.status());
  }

  private static Verdict smallLetters(Workbench bench) throws IOException {
    StreamInvitation call = bench.invitation();
    if (bench.terms().authToken() == null) {
      return Verdict.skipped(UNSIGNED);
    }
    Map<String, String> small = new HashMap<>();
    bench.signed(call).forEach((name, value) -> small.put(name.toLowerCase(Locale.ROOT), value));
    HandshakeAnswer answer = bench.shake(call, small);
    return answer.switched()
        ? Verdict.passed("101")
        : Verdict.failed("it was answered with " + answer.status());
  }
}
