package io.callmesh.worker.agent.openai;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import io.callmesh.worker.agent.AgentEvent;
import io.callmesh.worker.agent.AgentListener;
import io.callmesh.worker.agent.HandoffRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session that keeps what its agent says, and answers marks like one: on a clear all that are
 * open, as heard up to where the test says that the ear is.
 */
final class FakeSession implements AgentListener {
  final List<String> said = new ArrayList<>();
  final List<HandoffRequest> handoffs = new ArrayList<>();
  int audioBytes;
  int malformed;
  int unknown;

  /** Milliseconds of all audio that the caller has heard. */
  long earMs;

  private final Map<String, long[]> open = new LinkedHashMap<>();
  private final int bytesPerMs;
  private long begunAt;
  @Nullable Conversation conversation;

  FakeSession(int bytesPerMs) {
    this.bytesPerMs = bytesPerMs;
  }

  @Override
  public void audio(byte[] audio) {
    audioBytes += audio.length;
    said.add("audio " + audio.length);
  }

  @Override
  public void clear() {
    said.add("clear");
    Map<String, long[]> cancelled = new LinkedHashMap<>(open);
    open.clear();
    cancelled.forEach(
        (name, span) -> answer(name, false, Math.max(0, Math.min(earMs, span[1]) - span[0])));
    begunAt = audioBytes / bytesPerMs;
    earMs = begunAt;
  }

  @Override
  public void mark(String name) {
    long end = audioBytes / bytesPerMs;
    open.put(name, new long[] {begunAt, end});
    begunAt = end;
    said.add("mark");
  }

  /** Answers the oldest mark as played. */
  void played() {
    Map.Entry<String, long[]> oldest = open.entrySet().iterator().next();
    String name = oldest.getKey();
    long heard = oldest.getValue()[1] - oldest.getValue()[0];
    open.remove(name);
    answer(name, true, heard);
  }

  private void answer(String name, boolean played, long heardMs) {
    if (conversation != null) {
      conversation.mark(name, played, heardMs);
    }
  }

  @Override
  public void handoff(HandoffRequest request) {
    handoffs.add(request);
  }

  @Override
  public void handoffRefused(HandoffData.RefusedException refusal) {
    said.add("refused " + refusal.code());
  }

  @Override
  public void hangup(@Nullable String reason) {
    said.add("hangup " + reason);
  }

  @Override
  public void left(@Nullable HandoffRequest wish) {
    said.add("left");
  }

  @Override
  public void context(HandoffData state) {
    said.add("context");
  }

  @Override
  public void transcript(Role role, String text, boolean last) {
    said.add(role + ": " + text);
  }

  @Override
  public void event(AgentEvent event) {
    said.add("event");
  }

  @Override
  public void unknown() {
    unknown++;
  }

  @Override
  public void malformed() {
    malformed++;
  }

  @Override
  public void complained(String code) {
    said.add("complaint " + code);
  }

  /** What was said since the last question, oldest first. */
  List<String> taken() {
    List<String> taken = List.copyOf(said);
    said.clear();
    return taken;
  }
}
