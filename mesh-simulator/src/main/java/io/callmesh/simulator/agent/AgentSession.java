package io.callmesh.simulator.agent;

import io.callmesh.contracts.connector.AudioFormat;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One conversation of the scripted agent: greets, answers when the caller pauses, stops when
 * interrupted, hands over on 0, hangs up on 9. Lives on its socket's context.
 */
final class AgentSession implements SpeechDetector.Listener {
  /** So much speech while the agent is heard means that the caller interrupts. */
  private static final long INTERRUPTION_MS = 160;

  /** Less is a cough, not a turn. */
  private static final long TURN_MS = 200;

  private final ServerWebSocket socket;
  private final AgentScript script;
  private final SessionRecord record;
  private final AgentVoice voice;
  private final SpeechDetector detector = new SpeechDetector();

  private JsonObject start = new JsonObject();
  private @Nullable CallerAudio audio;
  private boolean interrupted;
  private boolean leaving;
  private int turns;
  private int interruptions;
  private int answers;
  private long speechMs;

  AgentSession(
      ServerWebSocket socket, AgentScript script, AgentAudio prompts, SessionRecord record) {
    this.socket = socket;
    this.script = script;
    this.record = record;
    this.voice = new AgentVoice(socket, prompts, record);
  }

  /**
   * Begins to listen.
   *
   * @param onClosed told when the WebSocket is gone, before the record says so
   */
  void open(Runnable onClosed) {
    socket.textMessageHandler(this::text);
    socket.binaryMessageHandler(this::hear);
    socket.exceptionHandler(failure -> {}); // the close handler follows
    socket.closeHandler(closed -> closed(onClosed));
  }

  private void closed(Runnable onClosed) {
    voice.stop();
    onClosed.run();
    record.happened("closed");
  }

  private void text(String text) {
    try {
      JsonObject message = new JsonObject(text);
      receive(message.getString("type", ""), message);
    } catch (DecodeException | ClassCastException | IllegalArgumentException e) {
      record.malformed();
    }
  }

  private void receive(String type, JsonObject message) {
    switch (type) {
      case "session.start" -> begin(message);
      case "dtmf" -> press(message.getString("digit", ""));
      case "mark" -> marked(message);
      case "handoff.result" -> handoffResult(message.getBoolean("accepted", false));
      case "session.end" -> end(message.getString("reason", ""));
      default -> record.unknown();
    }
  }

  private void begin(JsonObject message) {
    JsonObject format = message.getJsonObject("audio", new JsonObject());
    AudioFormat agreed =
        AudioFormat.fromJson(
            new JsonObject()
                .put("encoding", format.getString("encoding", "mulaw"))
                .put("sampleRate", format.getInteger("sample_rate", 8_000)));
    start = message;
    audio = new CallerAudio(agreed);
    voice.speakIn(agreed);
    record.started(message);
    boolean resume = message.getBoolean("resume", false);
    record.happened(resume ? "resume" : "start");
    say(resume ? script.back() : script.greeting());
  }

  private void say(Prompt prompt) {
    if (!script.quirks().neverAnswers()) {
      voice.say(prompt);
    }
  }

  private void hear(Buffer message) {
    if (audio == null) {
      record.malformed();
      return;
    }
    audio.feed(message, detector, this);
    record.heard(detector.totalMs());
    Duration patience = script.quirks().closesAfter();
    if (patience != null && detector.totalMs() >= patience.toMillis()) {
      socket.close((short) 1011, "scripted");
    }
  }

  @Override
  public void speaking(long voicedMs) {
    if (voicedMs >= INTERRUPTION_MS && voice.heard() && !leaving) {
      interruptions++;
      interrupted = true;
      voice.interrupt();
    }
  }

  @Override
  public void spoken(long voicedMs) {
    boolean turn = voicedMs >= TURN_MS || interrupted;
    interrupted = false;
    if (turn) {
      turns++;
      speechMs += voicedMs;
      record.spoken(voicedMs);
      record.happened("spoken");
      answer();
    }
  }

  private void answer() {
    if (!leaving && !voice.heard()) {
      say(script.answers().get(answers % script.answers().size()));
      answers++;
    }
  }

  private void press(String digit) {
    record.happened("dtmf");
    if (leaving) {
      return;
    }
    if (digit.equals("0")) {
      handOff();
    } else if (digit.equals("9")) {
      hangUp();
    }
  }

  private void handOff() {
    leaving = true;
    JsonObject state = state(); // before "one moment please" becomes the last prompt
    voice.interrupt();
    say(script.oneMoment());
    JsonObject handoff =
        new JsonObject()
            .put("type", "handoff")
            .put("reason", "needs_human")
            .put("context", new JsonObject().put("state", new JsonObject().put("handoff", state)));
    String sharedId = script.sharedId() == null ? start.getString("shared_id") : script.sharedId();
    putIfKnown(handoff, "destination", script.destination());
    putIfKnown(handoff, "utterance", script.utterance());
    if (script.utteranceSpoken()) {
      handoff.put("utterance_spoken", true);
    }
    putIfKnown(handoff, "shared_id", sharedId);
    record.handedOff(handoff);
    voice.send("handoff", handoff);
  }

  private JsonObject state() {
    JsonObject state =
        new JsonObject()
            .put("handoff_reason", "caller_pressed_0")
            .put("caller_turns", turns)
            .put("caller_speech_ms", speechMs)
            .put("interruptions", interruptions)
            .put("answers_given", answers);
    putIfKnown(state, "customer_number", start.getString("from"));
    putIfKnown(state, "language", start.getString("asr_lang_code"));
    putIfKnown(state, "last_prompt", voice.lastPrompt());
    return state.mergeIn(script.extraState());
  }

  private static void putIfKnown(JsonObject json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  private void hangUp() {
    leaving = true;
    voice.interrupt();
    say(script.goodbye());
    voice.send("hangup", new JsonObject().put("type", "hangup").put("reason", "caller_pressed_9"));
  }

  private void marked(JsonObject message) {
    voice.marked(
        message.getString("name", ""),
        message.getBoolean("played", false),
        message.getLong("heard_ms", 0L));
  }

  private void handoffResult(boolean accepted) {
    record.happened(accepted ? "handoff accepted" : "handoff refused");
    if (!accepted) {
      leaving = false;
      say(script.nobodyFree());
    }
  }

  private void end(String reason) {
    leaving = true;
    voice.stop();
    record.happened("end " + reason);
  }
}
