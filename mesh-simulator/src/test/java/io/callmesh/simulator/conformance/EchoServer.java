package io.callmesh.simulator.conformance;

import io.callmesh.contracts.twilio.SignedUrl;
import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.simulator.audio.MuLaw;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A Media Streams server that echoes audio, sets a mark behind every fifth message, clears on '*',
 * and has at most one fault.
 */
final class EchoServer implements AutoCloseable {
  static final String AUTH_TOKEN = "echo-token";
  private static final int MEDIA_PER_MARK = 5;
  private static final long START_TIMEOUT_MS = 5_000;
  private static final long EARLY_MS = 250;
  private static final long PING_MS = 300;
  private static final long STUCK_MS = 200;

  private final Vertx vertx;
  private final Fault fault;
  private final boolean signed;
  private final HttpServer server;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean crashed;

  /** What is wrong with it, and the checks that must find it. */
  enum Fault {
    NONE,
    SPEAKS_BEFORE_START("silent-before-start"),
    WRONG_STREAM_SID("stream-sid"),
    EXTRA_MEMBER("exact-members"),
    SENDS_ANOTHER_EVENT("known-events"),
    SENDS_FRAGMENTS("unfragmented"),
    SENDS_BINARY("text-only"),
    URL_SAFE_BASE64("base64"),
    FILE_HEADER("no-file-header"),
    LINEAR_PCM("mu-law", "audio-answered"),
    DIES_OF_AN_UNKNOWN_EVENT("unknown-event"),
    DIES_OF_UNKNOWN_MEMBERS("unknown-members"),
    DIES_OF_NUMBERS("numbers"),
    DIES_OF_MALFORMED_JSON("malformed-json"),
    DIES_OF_AN_UNKNOWN_MARK("unknown-mark"),
    HANGS_UP_BADLY_ON_A_KEY("dtmf"),
    ONLY_160_BYTES("media-sizes", "media-large", "fragments"),
    SMALL_MESSAGES_ONLY("media-large", "fragments", "many-parameters"),
    NO_MARKS_AFTER_CLEAR("mark-after-clear"),
    STALE_AUDIO_AFTER_CLEAR("clear-is-clean"),
    NEVER_CLOSES("stop-closes"),
    TALKS_AFTER_STOP("stop-closes", "stop-quiet"),
    CLOSES_WITH_AN_ERROR("close-code"),
    WAITS_FOR_START_FOREVER("start-timeout"),
    LETS_ANYBODY_IN("wrong-signature", "no-signature"),
    NO_SLASH("trailing-slash"),
    /** From here on to be found one at a time, since they spoil everything that runs beside. */
    ELEVEN_MINUTES_AT_ONCE("pacing"),
    CRASHES_OF_A_LOST_CONNECTION("reset"),
    ONE_STREAM_FOR_ALL("two-streams"),
    BLOCKS_ON_A_FULL_SOCKET("slow-reader");

    private final String found;

    Fault(String... found) {
      this.found = String.join(",", found);
    }

    Set<String> found() {
      return Set.of(found.split(",", -1));
    }

    boolean spoilsEverything() {
      return this == ELEVEN_MINUTES_AT_ONCE
          || this == CRASHES_OF_A_LOST_CONNECTION
          || this == ONE_STREAM_FOR_ALL
          || this == BLOCKS_ON_A_FULL_SOCKET;
    }
  }

  private EchoServer(Vertx vertx, Fault fault, boolean signed) {
    this.vertx = vertx;
    this.fault = fault;
    this.signed = signed;
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setPerMessageWebSocketCompressionSupported(false)
                    .setPerFrameWebSocketCompressionSupported(false)
                    .setMaxWebSocketFrameSize(fault == Fault.SMALL_MESSAGES_ONLY ? 8_192 : 65_536)
                    .setMaxWebSocketMessageSize(
                        fault == Fault.SMALL_MESSAGES_ONLY ? 8_192 : 65_536))
            .webSocketHandshakeHandler(this::shake)
            .webSocketHandler(socket -> new Stream(socket).open());
  }

  static EchoServer start(Vertx vertx, Fault fault, boolean signed) throws TimeoutException {
    EchoServer echo = new EchoServer(vertx, fault, signed);
    HttpServer listening = echo.server.listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS);
    assert listening == echo.server;
    return echo;
  }

  String url() {
    return "ws://127.0.0.1:" + server.actualPort() + "/media";
  }

  @Override
  public void close() throws TimeoutException {
    closing.countDown();
    server.close().await(10, TimeUnit.SECONDS);
  }

  private void shake(ServerWebSocketHandshake handshake) {
    if (crashed) {
      handshake.reject(503).onFailure(cause -> {});
    } else if (!signed || fault == Fault.LETS_ANYBODY_IN || genuine(handshake)) {
      handshake.accept().onFailure(cause -> {});
    } else {
      handshake.reject(403).onFailure(cause -> {});
    }
  }

  private boolean genuine(ServerWebSocketHandshake handshake) {
    String signature = String.valueOf(handshake.headers().get(TwilioSignature.HEADER));
    String base = "ws://127.0.0.1:" + server.actualPort();
    return SignedUrl.candidates(base, handshake.uri()).stream()
        .filter(url -> fault != Fault.NO_SLASH || !url.endsWith("/"))
        .map(url -> TwilioSignature.of(AUTH_TOKEN, url, Collections.emptySortedMap()))
        .anyMatch(signature::equals);
  }

  private final class Stream {
    private final ServerWebSocket socket;
    private @Nullable String streamSid;
    private Buffer fragments = Buffer.buffer();
    private boolean text;
    private boolean cleared;
    private boolean stopped;
    private boolean watched;
    private int media;
    private int marks;

    Stream(ServerWebSocket socket) {
      this.socket = socket;
    }

    void open() {
      socket.frameHandler(this::frame);
      socket.exceptionHandler(failure -> {});
      socket.closeHandler(closed -> closed());
      long ping = vertx.setPeriodic(PING_MS, tick -> socket.writePing(Buffer.buffer("p")));
      socket.endHandler(end -> vertx.cancelTimer(ping));
      if (fault == Fault.ONE_STREAM_FOR_ALL) {
        MessageConsumer<Buffer> all =
            vertx.eventBus().consumer("all", audio -> play(audio.body().getBytes()));
        socket.endHandler(end -> all.unregister().onFailure(cause -> {}));
      }
      if (fault == Fault.SPEAKS_BEFORE_START) {
        long early = vertx.setTimer(EARLY_MS, tick -> speakUnlessStarted());
        assert early >= 0;
      }
      if (fault != Fault.WAITS_FOR_START_FOREVER) {
        long late = vertx.setTimer(START_TIMEOUT_MS, tick -> closeUnlessStarted());
        assert late >= 0;
      }
    }

    private void speakUnlessStarted() {
      if (streamSid == null) {
        send(event("clear"));
      }
    }

    private void closeUnlessStarted() {
      if (streamSid == null && !socket.isClosed()) {
        close(1008);
      }
    }

    private void close(int code) {
      if (!socket.isClosed()) {
        socket.close((short) code).onFailure(cause -> {});
      }
    }

    private void closed() {
      boolean lost = socket.closeStatusCode() == null || socket.closeStatusCode() == 1006;
      crashed = crashed || (lost && fault == Fault.CRASHES_OF_A_LOST_CONNECTION);
    }

    private void frame(WebSocketFrame frame) {
      if (frame.isText() || frame.isBinary()) {
        text = frame.isText();
        fragments = Buffer.buffer();
      } else if (!frame.isContinuation()) {
        return;
      }
      fragments.appendBuffer(frame.binaryData());
      if (fragments.length() > (fault == Fault.SMALL_MESSAGES_ONLY ? 8_192 : 65_536)) {
        close(1009);
      } else if (frame.isFinal() && text) {
        message(fragments.toString());
      }
    }

    private void message(String message) {
      try {
        message(new JsonObject(message));
      } catch (DecodeException e) {
        dieOf(Fault.DIES_OF_MALFORMED_JSON);
      }
    }

    private void dieOf(Fault reason) {
      if (fault == reason) {
        close(1011);
      }
    }

    private void message(JsonObject message) {
      if (message.containsKey("trace")) {
        dieOf(Fault.DIES_OF_UNKNOWN_MEMBERS);
      }
      if (message.getValue("sequenceNumber") instanceof Number) {
        dieOf(Fault.DIES_OF_NUMBERS);
      }
      switch (message.getString("event", "")) {
        case "connected" -> {}
        case "start" -> streamSid = message.getString("streamSid");
        case "media" -> media(message.getJsonObject("media").getString("payload"));
        case "dtmf" -> press(message.getJsonObject("dtmf").getString("digit"));
        case "mark" -> returned(message.getJsonObject("mark").getString("name"));
        case "stop" -> stop();
        case "" -> {}
        default -> dieOf(Fault.DIES_OF_AN_UNKNOWN_EVENT);
      }
    }

    private void returned(String name) {
      if (!name.startsWith("m")) {
        dieOf(Fault.DIES_OF_AN_UNKNOWN_MARK);
      }
    }

    private void media(String payload) {
      byte[] audio = decoded(payload);
      if (streamSid == null || (fault == Fault.ONLY_160_BYTES && audio.length != 160)) {
        return;
      }
      media++;
      echo(audio);
      boolean silent = cleared && fault == Fault.NO_MARKS_AFTER_CLEAR;
      if (media % MEDIA_PER_MARK == 0 && !silent) {
        send(event("mark").put("mark", new JsonObject().put("name", "m" + ++marks)));
      }
      if (media == MEDIA_PER_MARK) {
        misbehaveOnce();
      }
    }

    private byte[] decoded(String payload) {
      try {
        return Base64.getDecoder().decode(payload);
      } catch (IllegalArgumentException e) {
        return new byte[0];
      }
    }

    private void echo(byte[] audio) {
      if (fault == Fault.FILE_HEADER && media == 1) {
        play("RIFF\0\0\0\0WAVEfmt ".getBytes(StandardCharsets.ISO_8859_1));
      }
      byte[] sent = fault == Fault.LINEAR_PCM ? linear(audio) : audio;
      if (fault == Fault.ONE_STREAM_FOR_ALL) {
        vertx.eventBus().publish("all", Buffer.buffer(sent));
      } else {
        play(sent);
      }
    }

    private byte[] linear(byte[] audio) {
      short[] samples = MuLaw.decode(audio);
      byte[] linear = new byte[2 * samples.length];
      for (int i = 0; i < samples.length; i++) {
        linear[2 * i] = (byte) (samples[i] >> 4);
        linear[2 * i + 1] = (byte) (samples[i] >> 12);
      }
      return linear;
    }

    private void play(byte[] audio) {
      Base64.Encoder encoder =
          fault == Fault.URL_SAFE_BASE64
              ? Base64.getUrlEncoder().withoutPadding()
              : Base64.getEncoder();
      JsonObject payload = new JsonObject().put("payload", encoder.encodeToString(audio));
      send(event("media").put("media", payload));
    }

    private JsonObject event(String name) {
      String sid = fault == Fault.WRONG_STREAM_SID ? "MZother" : streamSid;
      JsonObject event = new JsonObject().put("event", name).put("streamSid", sid);
      return fault == Fault.EXTRA_MEMBER ? event.put("sequenceNumber", "1") : event;
    }

    private void misbehaveOnce() {
      if (fault == Fault.SENDS_ANOTHER_EVENT) {
        send(event("hello"));
      } else if (fault == Fault.SENDS_BINARY) {
        socket.writeBinaryMessage(Buffer.buffer(new byte[160])).onFailure(cause -> {});
      }
    }

    private void send(JsonObject message) {
      if (socket.isClosed() || (stopped && fault != Fault.TALKS_AFTER_STOP)) {
        return;
      }
      String json = message.encode();
      if (fault == Fault.SENDS_FRAGMENTS) {
        socket.writeFrame(WebSocketFrame.textFrame(json.substring(0, 10), false));
        socket.writeFrame(
            WebSocketFrame.continuationFrame(Buffer.buffer(json.substring(10)), true));
      } else {
        socket.writeTextMessage(json).onFailure(cause -> {});
      }
      if (fault == Fault.BLOCKS_ON_A_FULL_SOCKET && !watched && socket.writeQueueFull()) {
        watched = true;
        long later = vertx.setTimer(STUCK_MS, tick -> blockWhileFull());
        assert later >= 0;
      }
    }

    /** A queue that is full only because much was written at once is empty by now. */
    private void blockWhileFull() {
      watched = false;
      if (!socket.isClosed() && socket.writeQueueFull()) {
        try {
          boolean closed = closing.await(1, TimeUnit.MINUTES);
          assert closed;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private void press(String digit) {
      if (digit.equals("*")) {
        cleared = true;
        send(event("clear"));
        if (fault == Fault.STALE_AUDIO_AFTER_CLEAR) {
          play(Tone.SECOND.milliseconds(1_500));
        }
      } else if (digit.equals("7") && fault == Fault.HANGS_UP_BADLY_ON_A_KEY) {
        close(1011);
      } else if (digit.equals("D") && fault == Fault.ELEVEN_MINUTES_AT_ONCE) {
        byte[] silence = new byte[32_000];
        Arrays.fill(silence, MuLaw.SILENCE);
        for (int i = 0; i < 165; i++) {
          play(silence);
        }
      }
    }

    private void stop() {
      stopped = true;
      if (fault == Fault.TALKS_AFTER_STOP) {
        long talking = vertx.setPeriodic(100, tick -> play(new byte[160]));
        socket.endHandler(end -> vertx.cancelTimer(talking));
      } else if (fault != Fault.NEVER_CLOSES) {
        close(fault == Fault.CLOSES_WITH_AN_ERROR ? 1011 : 1000);
      }
    }
  }
}
