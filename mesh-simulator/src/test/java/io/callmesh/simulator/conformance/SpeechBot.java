package io.callmesh.simulator.conformance;

import io.callmesh.simulator.audio.MuLaw;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A Media Streams server with a bot: when the caller has said something, and no tone is that, it
 * says something and sets a mark behind it; on '*' it clears.
 */
final class SpeechBot implements AutoCloseable {
  /** Louder than any tone. */
  private static final short LOUD = 24_000;

  private static final byte SPOKEN = MuLaw.encode(LOUD);

  private final HttpServer server;

  private SpeechBot(HttpServer server) {
    this.server = server;
  }

  static SpeechBot start(Vertx vertx) throws TimeoutException {
    return new SpeechBot(
        vertx
            .createHttpServer()
            .webSocketHandler(socket -> socket.textMessageHandler(new Ear(socket)::hear))
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS));
  }

  /** What it takes for speech. */
  static short[] speech(int milliseconds) {
    short[] speech = new short[8 * milliseconds];
    Arrays.fill(speech, LOUD);
    return speech;
  }

  String url() {
    return "ws://127.0.0.1:" + server.actualPort() + "/media";
  }

  @Override
  public void close() throws TimeoutException {
    server.close().await(10, TimeUnit.SECONDS);
  }

  private static final class Ear {
    private final ServerWebSocket socket;
    private boolean speaking;

    Ear(ServerWebSocket socket) {
      this.socket = socket;
    }

    void hear(String text) {
      JsonObject message = new JsonObject(text);
      switch (message.getString("event")) {
        case "media" -> media(message);
        case "dtmf" -> {
          if (message.getJsonObject("dtmf").getString("digit").equals("*")) {
            send(message, "clear", new JsonObject());
          }
        }
        case "stop" -> socket.close().onFailure(cause -> {});
        default -> {}
      }
    }

    private void media(JsonObject message) {
      String payload = message.getJsonObject("media").getString("payload");
      boolean spoken = Base64.getDecoder().decode(payload)[0] == SPOKEN;
      if (speaking && !spoken) {
        byte[] answer = Tone.FIRST.milliseconds(200);
        String audio = Base64.getEncoder().encodeToString(answer);
        send(message, "media", new JsonObject().put("payload", audio));
        send(message, "mark", new JsonObject().put("name", "said"));
      }
      speaking = spoken;
    }

    private void send(JsonObject cause, String name, JsonObject body) {
      JsonObject event =
          new JsonObject().put("event", name).put("streamSid", cause.getString("streamSid"));
      if (!body.isEmpty()) {
        event.put(name, body);
      }
      socket.writeTextMessage(event.encode()).onFailure(failure -> {});
    }
  }
}
