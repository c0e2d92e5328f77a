package io.callmesh.simulator.twilio;

/** How a call ended. */
public enum CallEnd {
  /** The caller hung up, by their plan or by {@link SimulatedCall#hangUp}. */
  CALLER_HUNG_UP,
  /** The caller waits for a person: {@code <Enqueue>}, whom the plan lets stay there. */
  ENQUEUED,
  /** The mesh hung up: {@code <Hangup>}. */
  HANGUP,
  /** The mesh hung up through Twilio's REST API: {@code Status=completed}. */
  HUNG_UP_BY_API,
  /** The call went back into the Studio flow that it came from. */
  RETURNED_TO_STUDIO,
  /** The mesh did not answer the call: {@code <Reject>}. */
  REJECTED,
  /** The TwiML had no more verbs. */
  OUT_OF_VERBS,
  /** The call reached its plan's limit. */
  LIMIT
}
