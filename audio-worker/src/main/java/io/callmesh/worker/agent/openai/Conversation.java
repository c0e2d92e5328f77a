package io.callmesh.worker.agent.openai;

import io.callmesh.contracts.handoff.TranscriptLine.Role;
import io.callmesh.worker.agent.AgentListener;
import io.callmesh.worker.agent.HandoffResult;
import io.callmesh.worker.agent.SessionStart;
import io.callmesh.worker.agent.openai.Memory.Turn;
import io.callmesh.worker.agent.openai.Utterances.Utterance;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is said to a model on one connection, and what it is taken to mean for the session. No
 * socket: events come as they are and go to a {@link Wire}.
 */
final class Conversation {
  /** Bytes of the longest event that is not audio. */
  static final int MAX_BYTES = 256 * 1024;

  private static final int MAX_ID = 128;
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /** Events that tell us nothing new, so that others can be counted as unknown. */
  private static final Set<String> OF_NO_USE =
      Set.of(
          "conversation.created",
          "conversation.item.added",
          "conversation.item.created",
          "conversation.item.deleted",
          "conversation.item.done",
          "conversation.item.input_audio_transcription.delta",
          "conversation.item.input_audio_transcription.failed",
          "conversation.item.input_audio_transcription.segment",
          "conversation.item.retrieved",
          "conversation.item.truncated",
          "input_audio_buffer.cleared",
          "input_audio_buffer.speech_stopped",
          "input_audio_buffer.timeout_triggered",
          "mcp_list_tools.completed",
          "mcp_list_tools.failed",
          "mcp_list_tools.in_progress",
          "rate_limits.updated",
          "response.content_part.added",
          "response.content_part.done",
          "response.function_call_arguments.delta",
          "response.function_call_arguments.done",
          "response.mcp_call.completed",
          "response.mcp_call.failed",
          "response.mcp_call.in_progress",
          "response.mcp_call_arguments.delta",
          "response.mcp_call_arguments.done",
          "response.output_audio_transcript.delta",
          "response.output_item.added",
          "response.output_item.done",
          "response.output_text.delta",
          "response.output_text.done",
          "session.created");

  private final SessionStart start;
  private final AgentListener listener;
  private final Wire wire;
  private final Memory memory;
  private final Utterances utterances;
  private final TurnTaking turnTaking;
  private final Responses responses;
  private final Keys keys;
  private final Calls calls;

  /** A conversation in which nothing has been said. */
  Conversation(
      SessionStart start, AgentListener listener, Wire wire, Memory memory, Utterances utterances) {
    this.start = start;
    this.listener = listener;
    this.wire = wire;
    this.memory = memory;
    this.utterances = utterances;
    this.turnTaking = TurnTaking.of(start.connector().agent());
    this.responses = new Responses(wire);
    this.keys = new Keys(wire, this::pressed);
    this.calls = new Calls(wire, listener);
  }

  // To the model.

  /** Sets the session up and has it begin, or go on where one before it stopped. */
  void begin() {
    wire.send(Events.sessionUpdate(SessionUpdate.session(start)));
    if (!memory.begin(start.resume())) {
      resume(memory.turns());
    } else if (turnTaking.modelFirst()) {
      responses.want();
    }
  }

  private void resume(List<Turn> turns) {
    turns.forEach(turn -> wire.send(Events.said(turn.role(), turn.text())));
    wire.send(Events.note(turns.isEmpty() ? comeBack() : goOn()));
    if (turns.isEmpty() || memory.isAnswerOwed()) {
      responses.want();
    }
  }

  private String comeBack() {
    return "This call was here before and has come back%s. What was said is not known. Do not greet"
            .formatted(start.resumeReason().isEmpty() ? "" : " (" + start.resumeReason() + ")")
        + " the caller again, and ask in a few words how to go on.";
  }

  private static String goOn() {
    return "The connection was lost for a moment. Go on where the conversation stopped, and do not"
        + " greet the caller again.";
  }

  /** The caller pressed a key. */
  void key(String key) {
    if (!calls.isLeaving()) {
      keys.press(key);
    }
  }

  private void pressed(String pressed) {
    if (calls.isLeaving()) {
      return;
    }
    String text = inWords(pressed);
    if (turnTaking.interrupts()) {
      responses.cancel();
      interrupt();
    }
    responses.prompted();
    memory.said(text);
    wire.send(Events.said(Role.CALLER, text));
    responses.want();
  }

  private static String inWords(String pressed) {
    return "The caller pressed %s on the keypad.".formatted(String.join(" ", pressed.split("")));
  }

  /** Something became of a mark: so much of an utterance was heard. */
  void mark(String name, boolean played, long heardMs) {
    Utterance utterance = utterances.answered(name);
    if (utterance == null || played || heardMs >= utterance.lengthMs()) {
      return;
    }
    memory.cut(utterance.itemId(), heardMs, utterance.lengthMs());
    if (utterance.isOf(this)) { // another model's items are not there any more
      wire.send(Events.truncate(utterance.itemId(), utterance.contentIndex(), heardMs));
    }
  }

  /** A handoff is done, or not. */
  void handoffResult(HandoffResult result) {
    calls.handoffResult(result);
    if (!result.movesOn()) {
      responses.wantAfterCalls();
    }
  }

  /** The connection is over: keeps what the next one should know. */
  void over() {
    memory.owe(responses.isOwed());
    String pressed = keys.take();
    if (!pressed.isEmpty()) {
      memory.said(inWords(pressed));
    }
  }

  // From the model.

  /** Takes an event, in UTF-8. */
  void event(byte[] utf8) throws MalformedEventException {
    EventReader event = EventReader.read(utf8);
    if (event.isAudio()) {
      audio(event);
    } else if (OF_NO_USE.contains(event.type())) {
      return;
    } else if (utf8.length > MAX_BYTES) {
      throw new MalformedEventException("longer than 256 KiB");
    } else {
      event(event.type(), Event.parse(Buffer.buffer(utf8)));
    }
  }

  private void event(String type, Event event) throws MalformedEventException {
    switch (type) {
      case "response.output_audio.done" -> finishUtterance();
      case "response.output_audio_transcript.done" -> said(event, Role.AGENT);
      case "response.created" -> responses.created(id(event.child("response"), "id"));
      case "response.done" -> responseDone(event.child("response"));
      case "input_audio_buffer.speech_started" -> speechStarted();
      case "input_audio_buffer.committed" -> memory.expect(id(event, "item_id"), Role.CALLER);
      case "conversation.item.input_audio_transcription.completed" -> said(event, Role.CALLER);
      case "session.updated" -> checkFormat(event.child("session"));
      case "error" -> error(event.child("error"));
      default -> listener.unknown();
    }
  }

  private static String id(Event event, String field) throws MalformedEventException {
    String id = event.text(field);
    if (id.length() > MAX_ID) {
      throw new MalformedEventException("an identifier that is too long");
    }
    return id;
  }

  private void audio(EventReader event) {
    if (!responses.isWelcome(event.responseId()) || calls.isLeaving()) {
      return;
    }
    if (!utterances.isSpeaking(event.itemId(), event.contentIndex())) {
      finishUtterance();
      utterances.begin(this, event.itemId(), event.contentIndex(), start.audio());
      memory.expect(event.itemId(), Role.AGENT);
    }
    byte[] audio = event.audio();
    utterances.add(audio.length);
    listener.audio(audio);
  }

  private void finishUtterance() {
    String mark = utterances.finish();
    if (mark != null) {
      listener.mark(mark);
    }
  }

  private void speechStarted() {
    responses.prompted();
    if (turnTaking.answersItself()) {
      responses.leaveToServer();
    }
    if (turnTaking.interrupts()) {
      interrupt();
    }
  }

  /** What has not been heard is dropped, and marks tell how much was. */
  private void interrupt() {
    if (calls.isLeaving()) {
      return; // the goodbye is played to its end
    }
    responses.interrupt();
    if (utterances.isAnyUnheard()) {
      finishUtterance();
      listener.clear();
    }
  }

  private void said(Event event, Role role) throws MalformedEventException {
    String words = event.text("transcript");
    if (!words.isBlank()) {
      String heard = memory.said(id(event, "item_id"), role, words);
      listener.transcript(role, heard, true);
    }
  }

  private void responseDone(Event response) {
    finishUtterance();
    if (response.text("status").equals("failed")) {
      failed(code(response.child("status_details").child("error")));
      return;
    }
    if (calls.run(response)) {
      responses.wantAfterCalls();
    }
    responses.done(); // asks for the next one, which needs the results
  }

  // What goes wrong.

  /** A server that plays in another format than it was told would be noise to the caller. */
  private void checkFormat(Event session) {
    String format = session.child("audio").child("output").child("format").text("type");
    if (!format.isEmpty() && !format.equals(SessionUpdate.formatName(start.audio()))) {
      wire.refuse("wrong_audio_format");
    }
  }

  private void error(Event error) {
    String code = code(error);
    listener.complained(code);
    if (error.text("event_id").equals(Events.SETUP) || Responses.isHopeless(code)) {
      wire.refuse(code);
    } else if (code.equals("session_expired")) {
      wire.lose();
    } else if (code.equals("conversation_already_has_active_response")) {
      responses.tooEarly();
    } else if (error.text("event_id").equals(Events.ASKED) || code.equals("rate_limit_exceeded")) {
      responses.failed(code);
    }
  }

  private void failed(String code) {
    listener.complained(code);
    responses.failed(code);
  }

  /** An error's code, or its type where it has none: a word that may go to a log. */
  private static String code(Event error) {
    String code = error.text("code").isEmpty() ? error.text("type") : error.text("code");
    return CODE.matcher(code).matches() ? code : "unknown";
  }
}
