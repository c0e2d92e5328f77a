package io.callmesh.handoff.store;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.ReceiptChain;

/**
 * What somebody calls a handoff by.
 *
 * @param kind what the value is
 * @param value as it was given
 */
public record HandoffName(Kind kind, String value) {
  /** The two kinds of names. */
  public enum Kind {
    /** A CallSid or a conversation id. */
    ID,
    /** An identifier of the integrator's own; several handoffs may have the same. */
    SHARED_ID
  }

  /** A CallSid or a conversation id. */
  public static HandoffName id(String id) {
    return new HandoffName(Kind.ID, id);
  }

  /** An identifier of the integrator's own. */
  public static HandoffName sharedId(String sharedId) {
    return new HandoffName(Kind.SHARED_ID, sharedId);
  }

  /** Whether it is the integrator's own. */
  public boolean isSharedId() {
    return kind == Kind.SHARED_ID;
  }

  /** Whether this outcome has this name. */
  boolean names(Outcome outcome) {
    return isSharedId()
        ? value.equals(outcome.sharedId())
        : value.equals(outcome.callSid()) || value.equals(outcome.conversationId());
  }

  /** What chains know it by. */
  String inChains() {
    return isSharedId() ? ReceiptChain.hash(value) : value;
  }

  /** Leaves out a shared id, which may be the caller's name. */
  @Override
  public String toString() {
    return isSharedId() ? "HandoffName[shared id]" : "HandoffName[" + value + "]";
  }
}
