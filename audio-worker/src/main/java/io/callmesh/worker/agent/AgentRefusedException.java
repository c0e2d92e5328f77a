package io.callmesh.worker.agent;

/** Says that an agent's URL is one that we do not dial, now or later. */
public final class AgentRefusedException extends RuntimeException {
  /** With the reason, which names no address: it may end in a log of ours only. */
  public AgentRefusedException(String reason) {
    super(reason);
  }
}
