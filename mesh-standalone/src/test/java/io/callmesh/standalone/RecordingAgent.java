package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.callmesh.simulator.agent.ScriptedAgent;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.List;

/** An agent that says nothing and keeps all the linear audio it gets. */
final class RecordingAgent {
  private final Buffer audio = Buffer.buffer();
  private final HttpServer server;

  RecordingAgent(Vertx vertx) {
    HttpServerOptions options =
        new HttpServerOptions().setWebSocketSubProtocols(List.of(ScriptedAgent.SUBPROTOCOL));
    server =
        vertx
            .createHttpServer(options)
            .webSocketHandler(socket -> socket.binaryMessageHandler(this::keep));
  }

  /** Listens on a free port, and tells the URL. */
  String listen() throws Exception {
    int port = server.listen(0, "127.0.0.1").await(10, SECONDS).actualPort();
    return "ws://127.0.0.1:" + port + "/";
  }

  private synchronized void keep(Buffer message) {
    audio.appendBuffer(message);
  }

  /** What it has got so far. */
  synchronized short[] heard() {
    short[] samples = new short[audio.length() / Short.BYTES];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = audio.getShortLE(i * Short.BYTES);
    }
    return samples;
  }
}
