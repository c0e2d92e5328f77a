package io.callmesh.simulator.twilio;

import io.callmesh.simulator.audio.Loudness;
import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.twilio.StreamMessages.FromMesh;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One open Media Stream, Twilio's end. A tick every 20 ms plays what the mesh sent, lets the caller
 * act, and sends what the caller said; ticks have absolute deadlines, so a late one is made up for
 * at once. Lives on one context.
 */
final class MediaStream {
  private static final int TICKS_PER_PROGRESS = 5;
  private static final int QUIET_TICKS = 25;
  private static final int SHOWN_CHARACTERS = 500;

  private final Vertx vertx;
  private final WebSocket socket;
  private final String streamSid;
  private final StreamMessages messages;
  private final CallerTrack caller;
  private final StereoRecording recording;
  private final CallListener listener;
  private final PlaybackBuffer playback = new PlaybackBuffer();
  private final Promise<Ending> ending = Promise.promise();
  private final byte[] heard = new byte[Ticks.SAMPLES];

  private long origin;
  private long ticks;
  private long timer;
  private long quietTicks = QUIET_TICKS;
  private boolean over;

  private long framesSent;
  private long framesSkipped;
  private long framesReceived;
  private long marksSent;
  private long marksPlayed;
  private long marksCleared;
  private long clears;
  private long invalid;
  private @Nullable String firstInvalid;
  private @Nullable Integer closeCode;
  private @Nullable String closeReason;

  /** Who ended it; one that broke off counts as the mesh's, since the call goes on all the same. */
  enum Ending {
    CALLER,
    MESH
  }

  MediaStream(
      Vertx vertx,
      WebSocket socket,
      String streamSid,
      StreamMessages messages,
      CallerTrack caller,
      StereoRecording recording,
      CallListener listener) {
    this.vertx = vertx;
    this.socket = socket;
    this.streamSid = streamSid;
    this.messages = messages;
    this.caller = caller;
    this.recording = recording;
    this.listener = listener;
  }

  /** Starts it; succeeds when it is over. */
  Future<Ending> run(Map<String, String> parameters) {
    socket.textMessageHandler(this::receive);
    socket.binaryMessageHandler(binary -> refuse("[" + binary.length() + " bytes of binary]"));
    socket.exceptionHandler(failure -> {}); // the close handler follows
    socket.closeHandler(closed -> closedByMesh());
    socket.writeTextMessage(StreamMessages.CONNECTED);
    socket.writeTextMessage(messages.start(parameters));
    origin = System.nanoTime();
    schedule();
    return ending.future();
  }

  private void schedule() {
    long wait = origin + (ticks + 1) * Ticks.NANOS - System.nanoTime();
    long millis = TimeUnit.NANOSECONDS.toMillis(wait + 999_999);
    timer = vertx.setTimer(Math.max(1, millis), fired -> catchUp());
  }

  private void catchUp() {
    while (isOpen() && System.nanoTime() - origin >= (ticks + 1) * Ticks.NANOS) {
      tick();
    }
    if (isOpen()) {
      schedule();
    }
  }

  /** Not so while the close handler is still to come: a closed socket throws when it is used. */
  private boolean isOpen() {
    return !over && !socket.isClosed();
  }

  private void tick() {
    ticks++;
    playback.play(heard);
    short[] agent = MuLaw.decode(heard);
    boolean audible = Loudness.rms(agent) > Ticks.AUDIBLE_RMS;
    echo(playback.dueMarks(), true);
    caller.tick(audible);
    recording.append(caller.samples(), agent);
    listen(audible);
    if (caller.hungUp()) {
      hangUp();
    } else if (caller.streamLost()) {
      socket.close();
      finish(Ending.MESH);
    } else {
      speak();
    }
  }

  private void speak() {
    if (socket.writeQueueFull()) {
      framesSkipped++; // a mesh that does not read loses audio, as with Twilio
    } else {
      short[] samples = caller.speaking() ? caller.samples() : null;
      socket.writeTextMessage(messages.media(samples, ticks * Ticks.MS));
      framesSent++;
    }
    if (caller.digit() != 0) {
      socket.writeTextMessage(messages.dtmf(caller.digit()));
      listener.onDigit(caller.digit());
    }
    showProgress();
  }

  private void listen(boolean audible) {
    if (audible && quietTicks >= QUIET_TICKS) {
      listener.onAgentSpeaking(ticks * Ticks.MS);
    }
    quietTicks = audible ? 0 : quietTicks + 1;
    if (quietTicks == QUIET_TICKS) {
      listener.onAgentQuiet(ticks * Ticks.MS);
    }
  }

  private void showProgress() {
    long spoken = caller.spokenMs();
    boolean edge = spoken == Ticks.MS || spoken == caller.speechMs();
    boolean beat = ticks % TICKS_PER_PROGRESS == 0;
    if (caller.speaking() && (beat || edge)) {
      listener.onCallerSpeaking(spoken, caller.speechMs());
    }
    if (beat) {
      listener.onProgress(ticks * Ticks.MS, caller.speaking(), quietTicks < QUIET_TICKS);
    }
  }

  private void receive(String text) {
    if (!isOpen()) {
      return;
    }
    FromMesh message = messages.read(text);
    if (message instanceof FromMesh.Media media) {
      framesReceived++;
      playback.media(media.audio());
    } else if (message instanceof FromMesh.Mark mark) {
      mark(mark.name(), text);
    } else if (message instanceof FromMesh.Clear) {
      clears++;
      listener.onClear();
      echo(playback.clear(), false);
    } else {
      refuse(text);
    }
  }

  private void mark(String name, String text) {
    if (playback.mark(name)) {
      marksSent++;
      echo(playback.dueMarks(), true);
    } else {
      refuse(text);
    }
  }

  private void echo(List<String> names, boolean played) {
    for (String name : names) {
      socket.writeTextMessage(messages.mark(name));
      listener.onMark(name, played);
    }
    marksPlayed += played ? names.size() : 0;
    marksCleared += played ? 0 : names.size();
  }

  private void refuse(String text) {
    invalid++;
    if (firstInvalid == null) {
      firstInvalid = text.substring(0, Math.min(SHOWN_CHARACTERS, text.length()));
    }
  }

  /** Ends it as a caller who hangs up: {@code stop}, then close. */
  void hangUp() {
    if (isOpen()) {
      socket.writeTextMessage(messages.stop());
      socket.close();
      finish(Ending.CALLER);
    }
  }

  /** Ends it because the call goes on elsewhere: {@code stop}, then close; the caller stays. */
  void tearDown() {
    hangUp();
    caller.streamClosed();
  }

  private void closedByMesh() {
    if (!over) {
      closeCode = socket.closeStatusCode() == null ? null : (int) socket.closeStatusCode();
      closeReason = socket.closeReason();
      caller.streamClosed();
      finish(Ending.MESH);
    }
  }

  private void finish(Ending how) {
    over = true;
    vertx.cancelTimer(timer);
    listener.onStreamClosed(closeCode, closeReason);
    ending.complete(how);
  }

  /** What happened so far. */
  StreamReport soFar() {
    return new StreamReport(
        streamSid,
        null,
        framesSent,
        framesSkipped,
        framesReceived,
        playback.playedMs(),
        playback.waitingMs(),
        playback.droppedMs(),
        marksSent,
        marksPlayed,
        marksCleared,
        clears,
        invalid,
        firstInvalid,
        closeCode,
        closeReason);
  }
}
