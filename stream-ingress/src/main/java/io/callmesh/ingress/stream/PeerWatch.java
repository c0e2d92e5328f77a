package io.callmesh.ingress.stream;

/**
 * Judges from pings and from what comes whether Twilio is still at the other end. Times are
 * milliseconds of any monotonic clock; it is looked at about once a second, and is no more exact.
 *
 * <p>Whatever comes after a ping is a sign of life, not the pong alone: that Twilio answers pings
 * on these streams is not documented.
 */
final class PeerWatch {
  /** What a look at it found. */
  enum Finding {
    /** Nothing to do. */
    FINE,
    /** A ping is due. */
    PING,
    /** Nothing came since a ping: the connection is half open. */
    DEAD,
    /** Pongs may come, but no message. */
    SILENT
  }

  private static final long NEVER = -1;

  private final long pingMs;
  private final long pongMs;
  private final long silenceMs;
  private boolean heard;
  private boolean spoke;
  private long lookedAt;
  private long spokeAt;
  private long pingedAt = NEVER;
  private long nextPingAt;

  /**
   * A watch that begins at 0.
   *
   * @param firstPingMs when the first ping is due; spread over streams that open together, or their
   *     pings hold up everybody's audio in one burst
   * @param pingMs between pings
   * @param pongMs for a sign of life after a ping
   * @param silenceMs without a message
   */
  PeerWatch(long firstPingMs, long pingMs, long pongMs, long silenceMs) {
    this.pingMs = pingMs;
    this.pongMs = pongMs;
    this.silenceMs = silenceMs;
    this.nextPingAt = firstPingMs;
  }

  /** A message or a part of one came. */
  void spoke() {
    spoke = true;
  }

  /** Something else came: a pong, a ping. */
  void heard() {
    heard = true;
  }

  /** Looks at what there was since the last time. */
  Finding look(long nowMs) {
    // After a standstill of ours, what came meanwhile waits behind this look.
    boolean stoodStill = nowMs - lookedAt > 2 * StreamTable.SWEEP_MS;
    lookedAt = nowMs;
    takeNote(nowMs, stoodStill);
    if (pingedAt != NEVER && nowMs - pingedAt >= pongMs) {
      return Finding.DEAD;
    }
    if (nowMs - spokeAt >= silenceMs) {
      return Finding.SILENT;
    }
    return pingDue(nowMs) ? Finding.PING : Finding.FINE;
  }

  private void takeNote(long nowMs, boolean stoodStill) {
    if (spoke || stoodStill) {
      spokeAt = nowMs;
    }
    if (spoke || heard || stoodStill) {
      pingedAt = NEVER;
    }
    spoke = false;
    heard = false;
  }

  private boolean pingDue(long nowMs) {
    if (nowMs < nextPingAt) {
      return false;
    }
    nextPingAt = nowMs + pingMs;
    pingedAt = pingedAt == NEVER ? nowMs : pingedAt;
    return true;
  }
}
