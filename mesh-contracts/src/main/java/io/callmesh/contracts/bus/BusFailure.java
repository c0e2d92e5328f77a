package io.callmesh.contracts.bus;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

/** A failure that keeps its {@link FailureCode} on its way back over the event bus. */
public final class BusFailure extends ReplyException {
  /** A failure with a code and a sentence for the log of the one who asked. */
  public BusFailure(FailureCode code, String message) {
    super(ReplyFailure.RECIPIENT_FAILURE, code.code(), message);
  }

  /** Turns any failure into one that carries a code; those that have one keep it. */
  public static ReplyException of(Throwable failure) {
    return failure instanceof ReplyException reply
        ? reply
        : new BusFailure(FailureCode.INTERNAL, String.valueOf(failure));
  }
}
