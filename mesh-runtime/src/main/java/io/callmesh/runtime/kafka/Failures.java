package io.callmesh.runtime.kafka;

import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Turns what goes wrong with Kafka into failures that carry a code and a sentence. */
final class Failures {
  private Failures() {}

  /** The stage as a future on the caller's context; its failure says what was being done. */
  static <T> Future<T> onCallersContext(Vertx vertx, CompletionStage<T> stage, String doing) {
    return Future.fromCompletionStage(stage, vertx.getOrCreateContext())
        .recover(failure -> Future.failedFuture(of(failure, doing)));
  }

  private static ReplyException of(Throwable failure, String doing) {
    Throwable cause = unwrap(failure);
    return cause instanceof ReplyException coded
        ? coded
        : new BusFailure(codeOf(cause), doing + ": " + describe(cause));
  }

  private static FailureCode codeOf(Throwable cause) {
    return cause instanceof RecordTooLargeException
            || cause instanceof RecordBatchTooLargeException
            || cause instanceof InvalidConfigurationException
        ? FailureCode.BAD_REQUEST
        : FailureCode.UNAVAILABLE;
  }

  static String describe(Throwable cause) {
    String message = cause.getMessage();
    if (message == null && cause instanceof TimeoutException) {
      return "no answer within the request timeout";
    }
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  /** What went wrong, without what only says that something did. */
  static Throwable unwrap(Throwable failure) {
    boolean wrapper =
        failure instanceof CompletionException
            || failure instanceof ExecutionException
            || failure.getClass() == KafkaException.class; // "Failed to construct kafka consumer"
    return wrapper && failure.getCause() != null ? unwrap(failure.getCause()) : failure;
  }
}
