package io.callmesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Twilio's end of a stream. */
final class TwilioSocket {
  private final WebSocket socket;
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final AtomicInteger pings = new AtomicInteger();
  private final Promise<Short> closed = Promise.promise();

  private TwilioSocket(WebSocket socket) {
    this.socket = socket;
  }

  /**
   * Connects; fails with an {@code UpgradeRejectedException} when it is refused.
   *
   * @param client which must be kept for as long as the socket: one that is garbage closes its own
   */
  static Future<TwilioSocket> connect(
      WebSocketClient client, int port, String uri, String signature) {
    WebSocketConnectOptions options =
        new WebSocketConnectOptions().setHost("127.0.0.1").setPort(port).setURI(uri);
    if (!signature.isEmpty()) {
      options.addHeader("x-twilio-signature", signature);
    }
    ClientWebSocket socket = client.webSocket();
    TwilioSocket twilio = new TwilioSocket(socket);
    socket
        .frameHandler(twilio::frame)
        .closeHandler(
            closed -> {
              Short code = socket.closeStatusCode();
              twilio.closed.tryComplete(code == null ? 1006 : code);
            });
    return socket.connect(options).map(connected -> twilio);
  }

  private void frame(WebSocketFrame frame) {
    if (frame.isText()) {
      received.add(frame.textData());
    } else if (frame.isPing()) {
      pings.incrementAndGet();
    }
  }

  @CanIgnoreReturnValue
  TwilioSocket send(String message) throws Exception {
    socket.writeTextMessage(message.replace('\'', '"')).await(10, TimeUnit.SECONDS);
    return this;
  }

  @CanIgnoreReturnValue
  TwilioSocket start(String streamSid, String callSid, String parameters) throws Exception {
    return send(
        "{'event':'start','sequenceNumber':'1','streamSid':'"
            + streamSid
            + "','start':{'accountSid':'AC1','callSid':'"
            + callSid
            + "','mediaFormat':{'encoding':'audio/x-mulaw','sampleRate':8000,'channels':1},"
            + "'customParameters':"
            + parameters
            + "}}");
  }

  @CanIgnoreReturnValue
  TwilioSocket start() throws Exception {
    return send("{'event':'connected','protocol':'Call','version':'1.0.0'}")
        .start("MZ1", "CA1", "{}");
  }

  @CanIgnoreReturnValue
  TwilioSocket media(int timestampMs, byte[] payload) throws Exception {
    return send(
        "{'event':'media','streamSid':'MZ1','media':{'timestamp':'"
            + timestampMs
            + "','payload':'"
            + Base64.getEncoder().encodeToString(payload)
            + "'}}");
  }

  @CanIgnoreReturnValue
  TwilioSocket dtmf(String digit) throws Exception {
    return send("{'event':'dtmf','streamSid':'MZ1','dtmf':{'digit':'" + digit + "'}}");
  }

  @CanIgnoreReturnValue
  TwilioSocket mark(String name) throws Exception {
    return send("{'event':'mark','streamSid':'MZ1','mark':{'name':'" + name + "'}}");
  }

  @CanIgnoreReturnValue
  TwilioSocket stop() throws Exception {
    return send("{'event':'stop','streamSid':'MZ1'}");
  }

  @CanIgnoreReturnValue
  TwilioSocket write(WebSocketFrame frame) throws Exception {
    socket.writeFrame(frame).await(10, TimeUnit.SECONDS);
    return this;
  }

  /** Writes, or returns when the socket is closed. */
  void tryToWrite(WebSocketFrame frame) throws Exception {
    boolean written =
        Future.succeededFuture()
            .compose(now -> socket.writeFrame(frame))
            .map(true)
            .otherwise(false)
            .await(10, TimeUnit.SECONDS);
    if (!written) { // told before the end itself is
      assertThat(closeCode()).isPositive();
    }
  }

  /** Closes, and returns when the socket is closed, whoever did it first. */
  void end() throws Exception {
    socket.close().otherwiseEmpty().await(10, TimeUnit.SECONDS);
    assertThat(closeCode()).isPositive();
  }

  /** Returns when the ingress has taken everything that was sent before. */
  @CanIgnoreReturnValue
  TwilioSocket settled() throws Exception {
    Promise<Buffer> pong = Promise.promise();
    socket.pongHandler(pong::tryComplete);
    socket.writePing(Buffer.buffer("?")).await(10, TimeUnit.SECONDS);
    assertThat(pong.future().await(10, TimeUnit.SECONDS)).isNotNull();
    return this;
  }

  /** The next message from the ingress. */
  JsonObject message() throws InterruptedException {
    String text = received.poll(10, TimeUnit.SECONDS);
    assertThat(text).as("a message").isNotNull();
    return new JsonObject(text);
  }

  boolean isOpen() {
    return !closed.future().isComplete();
  }

  int pings() {
    return pings.get();
  }

  void close() throws Exception {
    socket.close().await(10, TimeUnit.SECONDS);
  }

  /** The code that the ingress closed with. */
  int closeCode() throws Exception {
    return closed.future().await(10, TimeUnit.SECONDS);
  }
}
