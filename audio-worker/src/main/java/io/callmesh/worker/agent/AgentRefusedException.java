package io.callmesh.worker.agent;

/** Says that an agent's URL or headers are such that we do not dial it, now or later. */
public final class AgentRefusedException extends RuntimeException {
  /** With the reason, which names no address and no header's value: it ends in a log of ours. */
  public AgentRefusedException(String reason) {
    super(reason);
  }
}
