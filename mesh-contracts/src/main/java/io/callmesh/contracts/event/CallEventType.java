package io.callmesh.contracts.event;

/** The call events, by the {@code type} that consumers of {@code callmesh.call-events.v1} see. */
public enum CallEventType {
  /** routing-service answered a voice webhook with a stream. */
  CALL_RECEIVED("call.received"),
  /** stream-ingress accepted Twilio's {@code start}. */
  STREAM_STARTED("stream.started"),
  /** audio-worker has the agent on the line. */
  AGENT_CONNECTED("agent.connected"),
  /** What the caller or the agent said, as the agent tells it. */
  AGENT_TRANSCRIPT("agent.transcript"),
  /** The agent's own analytics event. */
  AGENT_EVENT("agent.event"),
  /** The worker's side of a stream is over: why, and what it was like in figures. */
  SESSION_ENDED("session.ended"),
  /** The agent, or whoever acts for it, asked for a handoff. */
  HANDOFF_REQUESTED("handoff.requested"),
  /** Kafka has the outcome. */
  HANDOFF_STORED("handoff.stored"),
  /** Someone fetched the handoff state for the first time. */
  HANDOFF_READ("handoff.read"),
  /** The destination took the call. */
  HANDOFF_ACCEPTED("handoff.accepted"),
  /** The caller hung up before the destination took the call. */
  HANDOFF_ABANDONED("handoff.abandoned"),
  /** The handoff state was deleted on request. */
  HANDOFF_DELETED("handoff.deleted"),
  /** The call was sent to a handoff destination. */
  HANDOFF_ROUTED("handoff.routed"),
  /** A destination did not take the call: busy, no answer, or it could not be reached. */
  HANDOFF_FAILED("handoff.failed"),
  /** Twilio says that the call is over. */
  CALL_ENDED("call.ended"),
  /** The stream is closed. */
  STREAM_ENDED("stream.ended");

  private final String type;

  CallEventType(String type) {
    this.type = type;
  }

  /** The CloudEvents {@code type}. */
  public String type() {
    return type;
  }
}
