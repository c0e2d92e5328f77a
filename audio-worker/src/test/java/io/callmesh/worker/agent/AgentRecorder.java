package io.callmesh.worker.agent;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what an agent says. */
final class AgentRecorder implements AgentListener {
  final List<String> heard = new ArrayList<>();
  final List<HandoffRequest> handoffs = new ArrayList<>();

  @Override
  public void audio(byte[] audio) {
    heard.add("audio");
  }

  @Override
  public void clear() {
    heard.add("clear");
  }

  @Override
  public void mark(String name) {
    heard.add("mark " + name);
  }

  @Override
  public void handoff(HandoffRequest request) {
    handoffs.add(request);
  }

  @Override
  public void handoffRefused(HandoffData.RefusedException refusal) {
    heard.add("refused " + refusal.code());
  }

  @Override
  public void hangup(@Nullable String reason) {
    heard.add("hangup " + reason);
  }

  @Override
  public void left(@Nullable HandoffRequest wish) {
    heard.add("left");
  }

  @Override
  public void context(HandoffData state) {
    heard.add("context " + state.text());
  }

  @Override
  public void transcript(Role role, String text, boolean last) {
    heard.add("transcript " + role + " " + text + " " + last);
  }

  @Override
  public void event(AgentEvent event) {
    heard.add("event " + event.name() + " " + event.data().text());
  }

  @Override
  public void unknown() {
    heard.add("unknown");
  }

  @Override
  public void malformed() {
    heard.add("malformed");
  }
}
