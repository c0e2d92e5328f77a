package io.callmesh.contracts.bus;

import io.vertx.core.eventbus.ReplyException;

/** Why a request on the event bus failed. The number is the wire form and never changes meaning. */
public enum FailureCode {
  /** Something we did not foresee; see the message. */
  INTERNAL(1, false),
  /** The request makes no sense, now or later. */
  BAD_REQUEST(2, false),
  /** What was asked about does not exist. */
  NOT_FOUND(3, false),
  /** The one asked is full; another may have room. */
  BUSY(4, true),
  /** The one asked is going away; ask another. */
  DRAINING(5, true),
  /** Something it depends on, such as Kafka, does not answer now. */
  UNAVAILABLE(6, true),
  /** What was asked about was there, and is no more. */
  GONE(7, false);

  private final int code;
  private final boolean retryable;

  FailureCode(int code, boolean retryable) {
    this.code = code;
    this.retryable = retryable;
  }

  /** The number that goes over the bus. */
  public int code() {
    return code;
  }

  /** Whether the same request may succeed later or elsewhere. */
  public boolean retryable() {
    return retryable;
  }

  /**
   * The code of a failure received from the bus; a timeout or a vanished handler is {@link
   * #UNAVAILABLE}.
   */
  public static FailureCode of(Throwable failure) {
    if (failure instanceof ReplyException reply) {
      return switch (reply.failureType()) {
        case TIMEOUT, NO_HANDLERS -> UNAVAILABLE;
        default -> ofCode(reply.failureCode());
      };
    }
    return INTERNAL;
  }

  private static FailureCode ofCode(int code) {
    for (FailureCode candidate : values()) {
      if (candidate.code == code) {
        return candidate;
      }
    }
    return INTERNAL;
  }
}
