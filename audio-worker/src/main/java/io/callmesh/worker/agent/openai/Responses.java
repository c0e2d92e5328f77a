package io.callmesh.worker.agent.openai;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which response the model is giving and which one it has still to be asked for: it gives one at a
 * time, and refuses to be asked for another meanwhile. A response that failed is asked for again,
 * after pauses that double from half a second; a model that fails on and on is given up.
 */
final class Responses {
  /** Failures in a row after which nothing more is asked for. */
  static final int MAX_FAILURES = 3;

  /**
   * Responses in a row that only answer the model's own calls of functions; a model that calls on
   * and on is left to wait for the caller.
   */
  static final int MAX_AFTER_CALLS = 8;

  private static final long FIRST_PAUSE_MS = 500;

  /** Errors that no other response and no other connection would be spared. */
  private static final Set<String> HOPELESS =
      Set.of(
          "invalid_api_key",
          "insufficient_quota",
          "model_not_found",
          "account_deactivated",
          "billing_not_active");

  private final Wire wire;
  private @Nullable String active;
  private String latest = "";
  private String interrupted = "";
  private boolean wanted;
  private boolean asked;
  private int failures;
  private int afterCalls;
  private long retry = -1;

  Responses(Wire wire) {
    this.wire = wire;
  }

  /** Whether this error is not to be mended by trying again. */
  static boolean isHopeless(String code) {
    return HOPELESS.contains(code);
  }

  /** Asks for a response, now or as soon as the present one is over. */
  void want() {
    wanted = true;
    askIfIdle();
  }

  /** Asks for a response to results of functions. */
  void wantAfterCalls() {
    if (afterCalls < MAX_AFTER_CALLS) {
      afterCalls++;
      want();
    }
  }

  private void askIfIdle() {
    if (wanted && !asked && active == null) {
      wanted = false;
      asked = true;
      wire.send(Events.responseCreate());
    }
  }

  /** Whether the caller waits for the model, or hears a response that is not complete. */
  boolean isOwed() {
    return wanted || asked || active != null || retry != -1;
  }

  /** The caller does something: the model may call functions again. */
  void prompted() {
    afterCalls = 0;
  }

  /** The server will ask for the next response itself, when the caller has spoken. */
  void leaveToServer() {
    wanted = false;
    wire.cancel(retry);
    retry = -1;
  }

  /** A response has begun. */
  void created(String id) {
    asked = false;
    active = id;
    latest = id;
  }

  /** Audio of a response has come; false when the caller does not want to hear it any more. */
  boolean isWelcome(String id) {
    latest = id;
    return id.isEmpty() || !id.equals(interrupted);
  }

  /** The caller wants to hear no more of the present response. */
  void interrupt() {
    interrupted = latest;
  }

  /** Stops the present response, if there is one. */
  void cancel() {
    if (active != null) {
      wire.send(Events.responseCancel());
    }
  }

  /** The present response is over, in whatever way but failure. */
  void done() {
    failures = 0;
    active = null;
    asked = false;
    askIfIdle();
  }

  /** The present response failed, or the one asked for cannot be had. */
  void failed(String code) {
    active = null;
    asked = false;
    failures++;
    if (isHopeless(code) || failures > MAX_FAILURES) {
      wire.refuse(code);
    } else if (retry == -1) {
      retry = wire.later(FIRST_PAUSE_MS << (failures - 1), this::tryAgain);
    }
  }

  private void tryAgain() {
    retry = -1;
    want();
  }

  /** One could not be asked for because the server had begun another: it is asked for then. */
  void tooEarly() {
    asked = false;
    wanted = true;
  }
}
