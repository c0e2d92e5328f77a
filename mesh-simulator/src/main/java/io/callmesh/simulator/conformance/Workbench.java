package io.callmesh.simulator.conformance;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.simulator.conformance.StreamScript.Dialect;
import io.callmesh.simulator.twilio.StreamInvitation;
import io.vertx.core.json.JsonObject;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What one check works with: opens streams, and tells whether they still work. Closes them all in
 * the end, and hands on what was found in them. Streams may be opened by one thread while another
 * closes the bench.
 */
final class Workbench implements Closeable {
  private static final Duration SETTLING = Duration.ofMillis(300);
  private static final int TONE_MS = 240;
  private static final int SAMPLES_PER_MS = 8;

  private final StreamSource source;
  private final Terms terms;
  private final Rehearsed rehearsed;
  private final Findings evidence;
  private final List<Closeable> open = new ArrayList<>();
  private final List<Findings> found = new ArrayList<>();
  private boolean closed;

  /**
   * A bench.
   *
   * @param rehearsed what the first stream showed
   * @param evidence what all streams brought so far; more is added
   */
  Workbench(StreamSource source, Terms terms, Rehearsed rehearsed, Findings evidence) {
    this.source = source;
    this.terms = terms;
    this.rehearsed = rehearsed;
    this.evidence = evidence;
  }

  Terms terms() {
    return terms;
  }

  Answering answering() {
    return rehearsed.answering();
  }

  /** Why no stream can be had, in words; null when it can. */
  @Nullable String obstacle() {
    return rehearsed.obstacle();
  }

  Findings evidence() {
    return evidence;
  }

  Duration patience() {
    return terms.patience();
  }

  /** How long what the caller says takes. */
  Duration spoken() {
    return Duration.ofMillis(terms.speech().length / SAMPLES_PER_MS);
  }

  /** How long the server may take to do something about what it was just told. */
  Duration answerTime() {
    return answering() == Answering.SPEECH ? spoken().plus(patience()) : patience();
  }

  StreamInvitation invitation() throws IOException {
    return source.next();
  }

  /**
   * What the first stream showed.
   *
   * @param answering what the server does with audio
   * @param obstacle why there was no such stream; null when there was
   */
  record Rehearsed(Answering answering, @Nullable String obstacle) {
    static final Rehearsed NOT_YET = new Rehearsed(Answering.SILENCE, null);
  }

  // Handshakes.

  /** The headers of a handshake that is signed as it should be, if it can be. */
  Map<String, String> signed(StreamInvitation call) {
    return signedFor(call.signed());
  }

  /** The headers of a handshake with a signature for this URL. */
  Map<String, String> signedFor(String url) {
    return terms.authToken() == null
        ? Map.of()
        : Map.of(
            TwilioSignature.HEADER,
            TwilioSignature.of(terms.authToken().reveal(), url, Collections.emptySortedMap()));
  }

  /** A connection; its end is the bench's business. */
  WireSocket connect(StreamInvitation call, int receiveBuffer) throws IOException {
    Trust trust = terms.insecure() ? Trust.ANYBODY : Trust.PUBLIC;
    WireSocket socket = WireSocket.connect(call.endpoint(), trust, receiveBuffer);
    keep(socket);
    return socket;
  }

  /** The answer to a handshake with these headers. */
  HandshakeAnswer shake(StreamInvitation call, Map<String, String> headers) throws IOException {
    return connect(call, 0).shake(call.endpoint(), headers);
  }

  private synchronized void keep(Closeable closeable) throws IOException {
    if (closed) {
      closeable.close();
      throw new IOException("the check took too long");
    }
    open.add(closeable);
  }

  // Streams.

  /**
   * How a stream begins.
   *
   * @param dialect of all its messages
   * @param receiveBuffer in bytes; 0 for the system's choice
   * @param judged whether the server's messages count as evidence; not so where it was provoked
   * @param start changes the {@code start} message
   */
  record Opening(
      Dialect dialect, int receiveBuffer, boolean judged, UnaryOperator<JsonObject> start) {
    static final Opening USUAL = new Opening(Dialect.USUAL, 0, true, UnaryOperator.identity());

    Opening speaking(Dialect other) {
      return new Opening(other, receiveBuffer, judged, start);
    }

    Opening reading(int bufferBytes) {
      return new Opening(dialect, bufferBytes, judged, start);
    }

    Opening provoking() {
      return new Opening(dialect, receiveBuffer, false, start);
    }

    Opening starting(UnaryOperator<JsonObject> change) {
      return new Opening(dialect, receiveBuffer, judged, change);
    }
  }

  /** A stream that said {@code connected} and waits for its start. */
  Begun connected(Opening opening) throws IOException {
    StreamInvitation call = invitation();
    WireSocket socket = connect(call, opening.receiveBuffer());
    String fault = socket.shake(call.endpoint(), new TreeMap<>(signed(call))).fault();
    if (fault != null) {
      throw new IOException(fault);
    }
    String streamSid = "MZ" + Ids.hex(16);
    StreamScript script = new StreamScript(call, terms.accountSid(), streamSid, opening.dialect());
    Findings findings = new Findings();
    PlayedStream stream = new PlayedStream(socket, script, streamSid, findings);
    keep(stream);
    if (opening.judged()) {
      judge(findings);
    }
    stream.begin();
    stream.send(StreamScript.connected());
    return new Begun(stream, script, opening, call);
  }

  /** A stream before its {@code start}. */
  record Begun(PlayedStream stream, StreamScript script, Opening opening, StreamInvitation call) {
    /** Sends {@code start}, and audio from then on. */
    PlayedStream start() {
      stream.start(opening.start().apply(script.start()));
      stream.flow();
      return stream;
    }
  }

  private synchronized void judge(Findings findings) {
    found.add(findings);
  }

  /** A stream that has started. */
  PlayedStream started(Opening opening) throws IOException {
    return connected(opening).start();
  }

  /** A stream that is known to work. */
  PlayedStream working(Opening opening) throws IOException {
    PlayedStream stream = started(opening);
    String trouble = trouble(stream, Tone.FIRST);
    if (trouble != null) {
      throw new IOException("already before the test " + trouble);
    }
    return stream;
  }

  PlayedStream working() throws IOException {
    return working(Opening.USUAL);
  }

  // Whether streams work.

  /** Why a stream does not work, in words; null when it does. */
  @Nullable String trouble(PlayedStream stream, Tone tone) {
    if (!stream.isOpen()) {
      return stream.ending();
    }
    return answering() == Answering.ECHO ? notEchoed(stream, tone) : notAlive(stream);
  }

  private @Nullable String notEchoed(PlayedStream stream, Tone tone) {
    long since = stream.position();
    stream.say(tone.milliseconds(TONE_MS));
    if (stream.awaitTone(tone, since, patience())) {
      return null;
    }
    return stream.isOpen() ? "no audio came back" + inTime() : stream.ending();
  }

  private @Nullable String notAlive(PlayedStream stream) {
    if (!stream.answersPing(patience())) {
      return stream.isOpen() ? "a ping was not answered" + inTime() : stream.ending();
    }
    return stream.staysOpen(SETTLING) ? null : stream.ending();
  }

  /** The limit, at the end of a sentence. */
  String inTime() {
    return " within " + patience().toMillis() / 1_000.0 + " s";
  }

  /** Whether a stream goes on after something that was done to it. */
  Verdict goesOn(PlayedStream stream, Tone tone, String after) {
    String trouble = trouble(stream, tone);
    return trouble == null
        ? Verdict.passed(proof())
        : Verdict.failed("after " + after + ": " + trouble);
  }

  Verdict goesOn(PlayedStream stream, String after) {
    return goesOn(stream, Tone.SECOND, after);
  }

  private String proof() {
    return answering() == Answering.ECHO ? "audio still comes back" : "the stream still answers";
  }

  /** Whether a new stream is served after something that was done to another. */
  Verdict servesTheNext(String after) {
    try {
      String trouble = trouble(started(Opening.USUAL), Tone.THIRD);
      return trouble == null
          ? Verdict.passed("the next stream is served")
          : Verdict.failed("the next stream after " + after + ": " + trouble);
    } catch (IOException e) {
      return Verdict.failed("no stream after " + after + ": " + reason(e));
    }
  }

  /** What an exception says, for a sentence. */
  static String reason(Exception failure) {
    String message = failure.getMessage();
    String name = failure.getClass().getSimpleName();
    return message == null
        ? name.equals("EOFException") ? "the server broke the connection off" : name
        : Printable.of(message);
  }

  @Override
  public void close() {
    for (Closeable one : takeAll()) {
      try {
        one.close();
      } catch (IOException e) {
        // it is of no use any more either way
      }
    }
  }

  private synchronized List<Closeable> takeAll() {
    List<Closeable> all = List.copyOf(open);
    open.clear();
    found.forEach(evidence::add);
    found.clear();
    closed = true;
    return all;
  }
}
