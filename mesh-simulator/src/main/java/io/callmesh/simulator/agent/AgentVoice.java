package io.callmesh.simulator.agent;

import io.callmesh.contracts.connector.AudioFormat;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The speaking side of a session: sends prompts in pieces of 20 ms as fast as the socket takes
 * them, each followed by a mark, and knows by the marks what the caller still hears. Messages are
 * queued in order; only one prompt and a few messages are ever waiting.
 */
final class AgentVoice {
  private final ServerWebSocket socket;
  private final AgentAudio prompts;
  private final SessionRecord record;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private AudioFormat format = AudioFormat.MULAW_8000;
  private @Nullable Spoken spoken;
  private @Nullable String lastPrompt;
  private long utterances;
  private boolean stopped;

  /** What the caller still hears, and the name of the mark that will say when no more. */
  private record Spoken(Prompt prompt, String mark) {}

  AgentVoice(ServerWebSocket socket, AgentAudio prompts, SessionRecord record) {
    this.socket = socket;
    this.prompts = prompts;
    this.record = record;
    socket.drainHandler(drained -> pump());
  }

  void speakIn(AudioFormat agreed) {
    format = agreed;
  }

  /** Says a prompt after whatever is still waiting to be sent. */
  void say(Prompt prompt) {
    String mark = prompt.name() + "#" + ++utterances;
    spoken = new Spoken(prompt, mark);
    lastPrompt = prompt.name();
    record.happened("say " + prompt.name());
    for (Buffer piece : prompts.pieces(prompt, format)) {
      waiting.add(() -> socket.writeBinaryMessage(piece));
    }
    text(new JsonObject().put("type", "mark").put("name", mark));
    text(
        new JsonObject()
            .put("type", "transcript")
            .put("role", "agent")
            .put("text", prompt.text())
            .put("final", true));
    pump();
  }

  /** Sends a message after whatever is still waiting, and records the event when it goes. */
  void send(String event, JsonObject message) {
    waiting.add(
        () -> {
          record.happened(event); // first: who has the message finds it in the record
          socket.writeTextMessage(message.encode());
        });
    pump();
  }

  private void text(JsonObject message) {
    waiting.add(() -> socket.writeTextMessage(message.encode()));
  }

  private void pump() {
    while (!stopped && !waiting.isEmpty() && !socket.isClosed() && !socket.writeQueueFull()) {
      waiting.remove().run();
    }
  }

  /** Whether the caller still hears something, as far as the marks tell. */
  boolean heard() {
    return spoken != null;
  }

  /** Stops talking, when talking: drops what is not sent, and lets the mesh drop what is. */
  void interrupt() {
    if (spoken != null) {
      record.happened("interrupted " + spoken.prompt().name());
      spoken = null;
      waiting.clear();
      text(new JsonObject().put("type", "clear"));
      pump();
    }
  }

  /** Takes a mark that came back. */
  void marked(String name, boolean played, long heardMs) {
    String prompt = name.substring(0, Math.max(0, name.indexOf('#')));
    record.happened(played ? "played " + prompt : "cleared " + prompt + " " + heardMs);
    if (spoken != null && spoken.mark().equals(name)) {
      spoken = null;
    }
  }

  /** The name of what was said last; null when nothing was. */
  @Nullable String lastPrompt() {
    return lastPrompt;
  }

  /** Says no more. */
  void stop() {
    stopped = true;
    waiting.clear();
  }
}
