package io.callmesh.simulator.conformance;

import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.conformance.Inspection.Said;
import io.callmesh.simulator.twilio.PlaybackBuffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One stream of the suite's, Twilio's end: says every 20 ms what it was given to say, or silence,
 * plays what comes back at the speed of sound, and sends marks back when they are due. A thread
 * reads, a thread beats; the methods may be called from any other.
 */
final class PlayedStream implements Closeable {
  private static final int FRAME_BYTES = 160;
  private static final long FRAME_NANOS = 20_000_000;
  private static final int MOST_MESSAGE_BYTES = 16 * 1024 * 1024;
  private static final int NO_CODE = 1005;

  private final WireSocket socket;
  private final StreamScript script;
  private final Inspection inspection;
  private final Findings findings;
  private final Object writing = new Object();

  // What follows is guarded by this.
  private final PlaybackBuffer playback = new PlaybackBuffer();
  private final HeardAudio heard = new HeardAudio();
  private final Queue<byte[]> toSay = new ArrayDeque<>();
  private final byte[] played = new byte[FRAME_BYTES];
  private final List<String> heldMarks = new ArrayList<>();
  private Returns returns = Returns.WHEN_PLAYED;
  private long marksReturned;
  private long pings;
  private @Nullable String unansweredPing;
  private long clearedAt;
  private boolean flowing;
  private boolean readingPaused;
  private boolean over;
  private boolean closedByUs;
  private @Nullable Integer closeCode;
  private String closeReason = "";

  private volatile boolean startSent;

  // Of the reading thread.
  private final ByteArrayOutputStream fragments = new ByteArrayOutputStream();
  private int fragmentsOpcode;

  /** When marks go back. */
  enum Returns {
    /** When the audio before them was played, or all of them at a {@code clear}: as Twilio does. */
    WHEN_PLAYED,
    /** When the check says so. */
    BY_HAND
  }

  PlayedStream(WireSocket socket, StreamScript script, String streamSid, Findings findings) {
    this.socket = socket;
    this.script = script;
    this.findings = findings;
    this.inspection = new Inspection(streamSid, findings);
  }

  /** Begins to read and to beat; nothing is said yet. */
  void begin() {
    thread("conformance-read", this::readAll);
    thread("conformance-beat", this::beat);
  }

  private static void thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  // What the suite does.

  /** Sends a message as it is. */
  void send(JsonObject message) {
    sendFrame(true, WireFrame.TEXT, message.encode().getBytes(StandardCharsets.UTF_8));
  }

  /** Sends the next message of the script; the order of numbers is that of the wire. */
  void send(Function<StreamScript, JsonObject> next) {
    synchronized (writing) {
      send(next.apply(script));
    }
  }

  /** Sends a frame; one that cannot be sent shows in how the stream ends. */
  void sendFrame(boolean last, int opcode, byte[] payload) {
    try {
      socket.write(last, opcode, payload);
    } catch (IOException e) {
      // what the server sent before is still to be read; the reader notices the end
    }
  }

  /** Sends a text in fragments with a ping between them, as the RFC allows. */
  void sendInFragments(Function<StreamScript, JsonObject> next, int fragmentBytes) {
    synchronized (writing) {
      byte[] text = next.apply(script).encode().getBytes(StandardCharsets.UTF_8);
      for (int from = 0; from < text.length; from += fragmentBytes) {
        int to = Math.min(text.length, from + fragmentBytes);
        int opcode = from == 0 ? WireFrame.TEXT : WireFrame.CONTINUATION;
        sendFrame(to == text.length, opcode, Arrays.copyOfRange(text, from, to));
        sendFrame(true, WireFrame.PING, new byte[] {'f'});
      }
    }
  }

  /** Changes the script between two messages. */
  void alter(Consumer<StreamScript> change) {
    synchronized (writing) {
      change.accept(script);
    }
  }

  /** From now on the server may speak. */
  void start(JsonObject start) {
    startSent = true;
    send(start);
  }

  /** From now on there is a frame every 20 ms. */
  synchronized void flow() {
    flowing = true;
  }

  /** Sends no audio until it flows again, as when a network stands still. */
  synchronized void hold() {
    flowing = false;
  }

  /** Audio to be said in 20 ms frames, behind what is still to be said. */
  synchronized void say(byte[] mulaw) {
    for (int from = 0; from < mulaw.length; from += FRAME_BYTES) {
      byte[] frame = silence();
      System.arraycopy(mulaw, from, frame, 0, Math.min(FRAME_BYTES, mulaw.length - from));
      toSay.add(frame);
    }
  }

  /** Audio said at once, in 20 ms frames, as after a network stood still. */
  void burst(byte[] mulaw) {
    for (int from = 0; from < mulaw.length; from += FRAME_BYTES) {
      byte[] frame = Arrays.copyOfRange(mulaw, from, Math.min(mulaw.length, from + FRAME_BYTES));
      send(next -> next.media(frame));
    }
  }

  /** The same audio again and again, by a thread of its own: the server may take it or not. */
  void flood(byte[] mulaw, int times) {
    hold();
    thread(
        "conformance-flood",
        () -> {
          for (int i = 0; i < times && !isOver(); i++) {
            send(next -> next.media(mulaw));
          }
        });
  }

  private static byte[] silence() {
    byte[] frame = new byte[FRAME_BYTES];
    Arrays.fill(frame, MuLaw.SILENCE);
    return frame;
  }

  synchronized void returnMarks(Returns how) {
    returns = how;
  }

  synchronized void pauseReading(boolean paused) {
    readingPaused = paused;
    notifyAll();
  }

  /** Closes as the RFC has it; the server is to close its end. */
  void sendClose(int code) {
    synchronized (this) {
      closedByUs = true;
      flowing = false;
    }
    sendFrame(true, WireFrame.CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
  }

  /** Says that the call is over; no more audio follows. */
  void stop() {
    synchronized (this) {
      flowing = false;
    }
    send(StreamScript::stop);
  }

  /** Breaks off with a TCP reset. */
  void reset() throws IOException {
    quiet();
    socket.reset();
  }

  /** Breaks off in the middle of a frame. */
  void breakInMidFrame() throws IOException {
    quiet();
    socket.writeHalf(WireFrame.TEXT, new byte[1_000]);
    socket.close();
  }

  private synchronized void quiet() {
    closedByUs = true;
    flowing = false;
  }

  @Override
  public void close() {
    quiet();
    socket.close();
  }

  // What the suite waits for.

  /** Waits until something holds; false when it did not in time, or the stream ended first. */
  synchronized boolean await(BooleanSupplier condition, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      long leftMs = (deadline - System.nanoTime()) / 1_000_000;
      if (over || leftMs <= 0) {
        return false;
      }
      try {
        wait(leftMs);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  boolean awaitTone(Tone tone, long since, Duration limit) {
    AtomicLong from = new AtomicLong(since); // what was looked at once is not looked at again
    return await(
        () -> {
          short[] fresh = heard.since(from.get());
          from.set(Math.max(from.get(), heard.position() - Tone.WINDOW));
          return tone.isIn(fresh);
        },
        limit);
  }

  boolean awaitAudible(long since, Duration limit) {
    return await(() -> heard.audibleSince(since), limit);
  }

  /** Waits for the end: a close frame, or a connection that is gone. */
  boolean awaitEnd(Duration limit) {
    return await(() -> over || closeCode != null, limit) || !isOpen();
  }

  /** Waits until the connection itself is gone. */
  boolean awaitGone(Duration limit) {
    return await(() -> over, limit);
  }

  /** Lets time pass, for what is not to happen; false when the stream ended meanwhile. */
  boolean staysOpen(Duration time) {
    return !await(() -> over || closeCode != null, time) && isOpen();
  }

  /** Whether a ping is answered in time; its payload was in none before it. */
  boolean answersPing(Duration limit) {
    String payload;
    synchronized (this) {
      payload = "alive-" + ++pings;
    }
    return answersPing(payload, limit);
  }

  /** Whether a ping with this payload is answered in time; one at a time. */
  boolean answersPing(String payload, Duration limit) {
    synchronized (this) {
      unansweredPing = payload;
    }
    sendFrame(true, WireFrame.PING, payload.getBytes(StandardCharsets.US_ASCII));
    return await(() -> unansweredPing == null, limit);
  }

  // What the suite asks.

  synchronized boolean isOpen() {
    return !over && closeCode == null && !closedByUs;
  }

  synchronized long position() {
    return heard.position();
  }

  synchronized short[] heardSince(long position) {
    return heard.since(position);
  }

  /** Takes the marks that wait to be returned by hand, in the order they came or fell due. */
  synchronized List<String> takeHeldMarks() {
    List<String> taken = List.copyOf(heldMarks);
    heldMarks.clear();
    return taken;
  }

  synchronized int heldMarks() {
    return heldMarks.size();
  }

  /** The position of the last clear in what was heard. */
  synchronized long clearedAt() {
    return clearedAt;
  }

  synchronized long marksReturned() {
    return marksReturned;
  }

  /** The code of the server's close; null when there was none. */
  synchronized @Nullable Integer closeCode() {
    return closeCode;
  }

  Findings findings() {
    return findings;
  }

  /** How the stream ended, or that it did not, in words. */
  synchronized String ending() {
    if (closeCode != null) {
      String reason = closeReason.isEmpty() ? "" : " '" + closeReason + "'";
      String code = closeCode == NO_CODE ? "without a code" : "with the code " + closeCode;
      return "the server closed the stream " + code + reason;
    }
    return over ? "the server broke the connection off" : "the stream stays open";
  }

  // The beat.

  private void beat() {
    long next = System.nanoTime();
    while (!isOver()) {
      next += FRAME_NANOS;
      LockSupport.parkNanos(next - System.nanoTime());
      while (System.nanoTime() < next && !isOver()) {
        LockSupport.parkNanos(next - System.nanoTime());
      }
      tick();
    }
  }

  private synchronized boolean isOver() {
    return over || closedByUs;
  }

  private void tick() {
    byte[] said;
    boolean saying;
    List<String> due;
    synchronized (this) {
      playback.play(played);
      due = due(playback.dueMarks());
      saying = flowing;
      said = saying ? toSay.poll() : null;
    }
    due.forEach(name -> send(next -> next.mark(name)));
    if (saying) {
      byte[] frame = said == null ? silence() : said;
      send(next -> next.media(frame));
    }
  }

  /** The marks that go back at once; the others are held. Called with the lock. */
  private List<String> due(List<String> names) {
    if (returns == Returns.BY_HAND) {
      heldMarks.addAll(names);
      notifyAll();
      return List.of();
    }
    marksReturned += names.size();
    if (!names.isEmpty()) {
      notifyAll();
    }
    return names;
  }

  // What the server sends.

  private void readAll() {
    try {
      while (true) {
        awaitPermission();
        frame(socket.read());
      }
    } catch (IOException e) {
      synchronized (this) {
        over = true;
        notifyAll();
      }
    }
  }

  private synchronized void awaitPermission() throws IOException {
    while (readingPaused && !closedByUs) {
      try {
        wait(1_000);
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      }
    }
  }

  private void frame(WireFrame frame) throws IOException {
    inspection.frame(frame);
    switch (frame.opcode()) {
      case WireFrame.TEXT, WireFrame.BINARY, WireFrame.CONTINUATION -> data(frame);
      case WireFrame.PING -> {
        findings.ping();
        sendFrame(true, WireFrame.PONG, frame.payload());
        wake();
      }
      case WireFrame.PONG -> pong(new String(frame.payload(), StandardCharsets.US_ASCII));
      case WireFrame.CLOSE -> closed(frame.payload());
      default -> {}
    }
  }

  private synchronized void wake() {
    notifyAll();
  }

  private synchronized void pong(String payload) {
    if (payload.equals(unansweredPing)) {
      unansweredPing = null;
      notifyAll();
    }
  }

  private void closed(byte[] payload) {
    boolean answer;
    synchronized (this) {
      boolean coded = payload.length >= 2;
      closeCode = coded ? ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF) : NO_CODE;
      closeReason =
          coded
              ? Printable.of(new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8))
              : "";
      answer = !closedByUs;
      flowing = false;
      notifyAll();
    }
    if (answer) {
      sendFrame(true, WireFrame.CLOSE, Arrays.copyOf(payload, Math.min(2, payload.length)));
    }
  }

  private void data(WireFrame frame) throws IOException {
    if (frame.opcode() != WireFrame.CONTINUATION) {
      fragments.reset();
      fragmentsOpcode = frame.opcode();
    }
    if (fragments.size() + frame.payload().length > MOST_MESSAGE_BYTES) {
      throw new IOException("a message without end");
    }
    fragments.writeBytes(frame.payload());
    if (frame.last()) {
      message(frame.opcode() == WireFrame.CONTINUATION);
      fragments.reset();
      wake();
    }
  }

  /** What comes before start cannot be right; nothing more is asked of it. */
  private void message(boolean fragmented) {
    if (!startSent) {
      findings.offence(Rule.SILENT_BEFORE_START, "a message came before start was sent");
      return;
    }
    Said said = inspection.message(fragmentsOpcode, fragments.toByteArray(), fragmented);
    if (said != null) {
      said(said);
    }
  }

  private void said(Said said) {
    List<String> due = List.of();
    synchronized (this) {
      if (said instanceof Said.Media media) {
        playback.media(media.audio());
        heard.append(media.audio());
        findings.ahead(playback.waitingMs(), playback.droppedMs());
      } else if (said instanceof Said.Mark mark && playback.mark(mark.name())) {
        due = due(playback.dueMarks());
      } else if (said instanceof Said.Clear) {
        clearedAt = heard.position();
        due = due(playback.clear());
      }
    }
    due.forEach(name -> send(next -> next.mark(name)));
  }
}
