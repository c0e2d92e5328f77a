package io.callmesh.worker.session;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server of OpenAI's Realtime API that says what a test tells it, on a real socket. Events are
 * written in the order and with the members of the API's reference.
 */
final class FakeRealtimeServer {
  private static final String APPEND = "input_audio_buffer.append";

  final BlockingQueue<JsonObject> events = new LinkedBlockingQueue<>();
  final BlockingQueue<byte[]> audio = new LinkedBlockingQueue<>();
  final BlockingQueue<ServerWebSocket> connections = new LinkedBlockingQueue<>();
  final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
  private final HttpServer server;
  private volatile int status;

  FakeRealtimeServer(Vertx vertx) throws Exception {
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
            .webSocketHandshakeHandler(
                handshake -> {
                  if (status == 0) {
                    handshake.accept();
                  } else {
                    handshake.reject(status);
                  }
                })
            .webSocketHandler(this::connected)
            .listen(0)
            .await(10, TimeUnit.SECONDS);
  }

  private void connected(ServerWebSocket socket) {
    socket.textMessageHandler(this::heard);
    socket.closeHandler(gone -> closed.add("closed"));
    connections.add(socket);
    say(socket, new JsonObject().put("type", "session.created").put("event_id", "event_0"));
  }

  private void heard(String text) {
    JsonObject event = new JsonObject(text);
    if (APPEND.equals(event.getString("type"))) {
      audio.add(Base64.getDecoder().decode(event.getString("audio")));
    } else {
      events.add(event);
    }
  }

  /** From now on every handshake is answered with this status. */
  void rejectsEverybodyWith(int answer) {
    status = answer;
  }

  String url() {
    return "ws://127.0.0.1:" + server.actualPort() + "/v1/realtime?model=gpt-realtime";
  }

  static void say(ServerWebSocket to, JsonObject event) {
    to.writeTextMessage(event.encode());
  }

  static void say(ServerWebSocket to, String type, String members) {
    say(to, new JsonObject().put("type", type).mergeIn(new JsonObject(members)));
  }

  /** Part of an item's audio. */
  static void speak(ServerWebSocket to, String response, String item, byte[] audio) {
    say(
        to,
        new JsonObject()
            .put("type", "response.output_audio.delta")
            .put("event_id", "event_1")
            .put("response_id", response)
            .put("item_id", item)
            .put("output_index", 0)
            .put("content_index", 0)
            .put("delta", Base64.getEncoder().encodeToString(audio)));
  }

  /** A response that is nothing but a call of a function. */
  static void call(ServerWebSocket to, String callId, String name, JsonObject arguments) {
    JsonObject call =
        new JsonObject()
            .put("id", "item_" + callId)
            .put("type", "function_call")
            .put("status", "completed")
            .put("call_id", callId)
            .put("name", name)
            .put("arguments", arguments.encode());
    say(
        to,
        new JsonObject()
            .put("type", "response.done")
            .put(
                "response",
                new JsonObject()
                    .put("id", "resp_" + callId)
                    .put("status", "completed")
                    .put("output", new JsonArray().add(call))));
  }
}
