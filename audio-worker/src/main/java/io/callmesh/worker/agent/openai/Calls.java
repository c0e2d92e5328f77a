package io.callmesh.worker.agent.openai;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.worker.agent.AgentListener;
import io.callmesh.worker.agent.HandoffRequest;
import io.callmesh.worker.agent.HandoffResult;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Runs the functions that the model calls, which are ours, and answers for those that are not. */
final class Calls {
  private static final String UNDER_WAY = "A handoff is under way already.";

  private final Wire wire;
  private final AgentListener listener;
  private @Nullable String handoff;
  private boolean leaving;

  Calls(Wire wire, AgentListener listener) {
    this.wire = wire;
    this.listener = listener;
  }

  /** Whether the model's part of the call is over but for what is left to be heard. */
  boolean isLeaving() {
    return leaving;
  }

  /** Runs the calls in a response; true when one has its result, and the model is to go on. */
  boolean run(Event response) {
    boolean answered = false;
    for (Event item : response.children("output")) {
      if (isCall(item)) {
        answered |= !started(item);
      }
    }
    return answered;
  }

  private boolean isCall(Event item) {
    return item.text("type").equals("function_call")
        && !item.text("status").equals("incomplete")
        && !leaving;
  }

  /** Begins what a call asks for; false when it has been answered instead. */
  private boolean started(Event item) {
    String callId = item.text("call_id");
    String arguments = item.text("arguments");
    return switch (item.text("name")) {
      case Tools.HANDOFF -> handoff(callId, arguments);
      case Tools.HANGUP -> hangup(callId, arguments);
      default -> failed(callId, "Nobody here can run this function. Go on without it.");
    };
  }

  private boolean handoff(String callId, String arguments) {
    if (handoff != null) {
      return failed(callId, UNDER_WAY);
    }
    try {
      handoff = callId;
      wish(arguments);
      return true;
    } catch (MalformedEventException malformed) {
      handoff = null;
      return failed(callId, "The arguments are wrong: " + malformed.getMessage());
    }
  }

  private void wish(String arguments) throws MalformedEventException {
    HandoffRequest request;
    try {
      request = Tools.handoffOf(arguments);
    } catch (HandoffData.RefusedException refusal) {
      listener.handoffRefused(refusal);
      return;
    }
    listener.handoff(request);
  }

  private boolean hangup(String callId, String arguments) {
    if (handoff != null) {
      return failed(callId, UNDER_WAY);
    }
    leaving = true;
    listener.hangup(Tools.hangupReasonOf(arguments));
    return true;
  }

  private boolean failed(String callId, String why) {
    wire.send(Events.functionResult(callId, Tools.failed(why)));
    return false;
  }

  /** Tells the model what became of its handoff; the model that wished for it may be gone. */
  void handoffResult(HandoffResult result) {
    leaving = result.movesOn();
    JsonObject told = Tools.resultOf(result);
    if (handoff == null) {
      wire.send(Events.note("The handoff that was under way: " + told.encode()));
    } else {
      wire.send(Events.functionResult(handoff, told));
      handoff = null;
    }
  }
}
