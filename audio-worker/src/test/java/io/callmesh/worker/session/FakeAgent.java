package io.callmesh.worker.session;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A voice agent that does what a test tells it, on a real socket. */
final class FakeAgent {
  final BlockingQueue<JsonObject> texts = new LinkedBlockingQueue<>();
  final BlockingQueue<byte[]> audio = new LinkedBlockingQueue<>();
  final BlockingQueue<ServerWebSocket> connections = new LinkedBlockingQueue<>();
  final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
  private final HttpServer server;
  private volatile boolean dropsCalls;

  FakeAgent(Vertx vertx) throws Exception {
    this(vertx, new HttpServerOptions());
  }

  FakeAgent(Vertx vertx, HttpServerOptions options) throws Exception {
    server =
        vertx
            .createHttpServer(
                options
                    .setHost("127.0.0.1")
                    .setReceiveBufferSize(16 * 1024)
                    .addWebSocketSubProtocol("callmesh.agent.v1"))
            .webSocketHandler(this::connected)
            .listen(0)
            .await(10, TimeUnit.SECONDS);
  }

  private void connected(ServerWebSocket socket) {
    socket.textMessageHandler(text -> heard(socket, text));
    socket.binaryMessageHandler(bytes -> audio.add(bytes.getBytes()));
    socket.closeHandler(gone -> closed.add("closed"));
    connections.add(socket);
  }

  private void heard(ServerWebSocket socket, String text) {
    texts.add(new JsonObject(text));
    if (dropsCalls) {
      socket.close();
    }
  }

  /** From now on every connection is closed after its first message. */
  void dropsEveryCall() {
    dropsCalls = true;
  }

  int port() {
    return server.actualPort();
  }

  String url() {
    return "ws://127.0.0.1:" + port() + "/agent?tenant=1";
  }

  /** The next connection. */
  @CanIgnoreReturnValue
  ServerWebSocket next() throws InterruptedException {
    return connections.take();
  }

  static void say(ServerWebSocket to, JsonObject message) {
    to.writeTextMessage(message.encode());
  }

  static void play(ServerWebSocket to, byte[] audio) {
    to.writeBinaryMessage(Buffer.buffer(audio));
  }

  void stop() throws Exception {
    server.close().await(10, TimeUnit.SECONDS);
  }
}
