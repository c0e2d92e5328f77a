package io.callmesh.simulator.load;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that speaks Twilio Media Streams and sends audio back, as well or as badly as told. */
final class EchoServer implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final List<JsonObject> messages = new CopyOnWriteArrayList<>();
  private final List<HttpServerRequest> handshakes = new CopyOnWriteArrayList<>();
  private final Habits habits;
  private final int port;

  /** What a server does. */
  interface Habits {
    /** The status of the answer to a handshake. */
    default int status() {
      return 101;
    }

    /** The socket is open. */
    default void opened(ServerWebSocket socket) {}

    /** A frame came; {@code count} is 1 for the first one of a stream. */
    default void frame(ServerWebSocket socket, String streamSid, String payload, int count) {
      send(socket, streamSid, payload);
    }

    static void send(ServerWebSocket socket, String streamSid, String payload) {
      var unused =
          socket.writeTextMessage(
              new JsonObject()
                  .put("event", "media")
                  .put("streamSid", streamSid)
                  .put("media", new JsonObject().put("payload", payload))
                  .encode());
    }
  }

  EchoServer(Habits habits) throws Exception {
    this(habits, new HttpServerOptions());
  }

  EchoServer(Habits habits, HttpServerOptions options) throws Exception {
    this.habits = habits;
    this.port =
        vertx
            .createHttpServer(options)
            .requestHandler(this::handshake)
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS)
            .actualPort();
  }

  private void handshake(HttpServerRequest request) {
    handshakes.add(request);
    if (habits.status() != 101) {
      var unused = request.response().setStatusCode(habits.status()).end("{}");
      return;
    }
    request.toWebSocket().onSuccess(this::serve).onFailure(Throwable::printStackTrace);
  }

  private void serve(ServerWebSocket socket) {
    int[] count = {0};
    socket.textMessageHandler(
        text -> {
          JsonObject message = new JsonObject(text);
          messages.add(message);
          if ("media".equals(message.getString("event"))) {
            String payload = message.getJsonObject("media").getString("payload");
            habits.frame(socket, message.getString("streamSid"), payload, ++count[0]);
          }
        });
    habits.opened(socket);
  }

  int port() {
    return port;
  }

  /** Where it takes streams, without TLS. */
  String url() {
    return "ws://127.0.0.1:" + port + "/streams";
  }

  /** All that came, on all streams. */
  List<JsonObject> messages() {
    return messages;
  }

  List<JsonObject> messages(String event) {
    return messages.stream().filter(one -> event.equals(one.getString("event"))).toList();
  }

  List<HttpServerRequest> handshakes() {
    return handshakes;
  }

  @Override
  public void close() throws TimeoutException {
    vertx.close().await(10, TimeUnit.SECONDS);
  }
}
