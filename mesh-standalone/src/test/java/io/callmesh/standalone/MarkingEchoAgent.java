package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * An agent that says what it hears, sets a mark five times a second, and clears when the caller
 * presses '*'.
 */
final class MarkingEchoAgent {
  private static final String SUBPROTOCOL = "callmesh.agent.v1";
  private static final int MESSAGES_PER_MARK = 10;

  private final ServerWebSocket socket;
  private int messages;
  private int marks;

  private MarkingEchoAgent(ServerWebSocket socket) {
    this.socket = socket;
  }

  /** Listens on a free port of this machine, and tells where. */
  static String listen(Vertx vertx) throws Exception {
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions().setWebSocketSubProtocols(List.of(SUBPROTOCOL)))
            .webSocketHandler(socket -> new MarkingEchoAgent(socket).open())
            .listen(0, "127.0.0.1")
            .await(10, SECONDS);
    return "ws://127.0.0.1:" + server.actualPort() + "/";
  }

  private void open() {
    socket.binaryMessageHandler(this::echo);
    socket.textMessageHandler(text -> receive(new JsonObject(text)));
    socket.exceptionHandler(failure -> {}); // the session ends
  }

  private void echo(Buffer audio) {
    if (socket.isClosed()) {
      return;
    }
    socket.writeBinaryMessage(audio).onFailure(cause -> {});
    if (++messages % MESSAGES_PER_MARK == 0) {
      send(new JsonObject().put("type", "mark").put("name", "m" + ++marks));
    }
  }

  private void receive(JsonObject message) {
    if (message.getString("type").equals("dtmf") && message.getString("digit").equals("*")) {
      send(new JsonObject().put("type", "clear"));
    }
  }

  private void send(JsonObject message) {
    if (!socket.isClosed()) {
      socket.writeTextMessage(message.encode()).onFailure(cause -> {});
    }
  }
}
