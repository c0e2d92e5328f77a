package io.callmesh.worker.agent;

import io.callmesh.runtime.TokenBucket;
import io.callmesh.runtime.socket.FrameLane;
import io.vertx.core.Vertx;

/**
 * Bounds what an agent can cost the others on its event loop: one that sends more than any agent
 * has use for is read no further for a while, so that TCP holds it back. A whole answer at once is
 * a fair burst, and what follows it, such as a {@code clear}, does not wait.
 */
final class FloodGuard {
  /** Two minutes of mu-law in 20 ms messages pass at once, and after that 20 times real time. */
  static final int BURST_FRAMES = 10_000;

  private static final int FRAMES_PER_SECOND = 1_000;

  /** Nearly three minutes of PCM at 24 kHz pass at once, and after that 20 times real time. */
  static final int BURST_BYTES = 8 << 20;

  private static final int BYTES_PER_SECOND = 1 << 20;
  private static final long PAUSE_MS = 50;

  private final Vertx vertx;
  private final FrameLane lane;
  private final Runnable onPause;
  private final TokenBucket frames =
      new TokenBucket(BURST_FRAMES, FRAMES_PER_SECOND, System::nanoTime);
  private final TokenBucket bytes =
      new TokenBucket(BURST_BYTES, BYTES_PER_SECOND, System::nanoTime);
  private boolean paused;

  /**
   * A guard of one socket.
   *
   * @param onPause called each time the agent is held back
   */
  FloodGuard(Vertx vertx, FrameLane lane, Runnable onPause) {
    this.vertx = vertx;
    this.lane = lane;
    this.onPause = onPause;
  }

  /** Counts a frame. Pieces of messages and pings are frames too: they cost something as well. */
  void took(int length) {
    boolean tooMany = frames.take(1);
    boolean tooMuch = bytes.take(length);
    if ((tooMany || tooMuch) && !paused) {
      paused = true;
      onPause.run();
      lane.pause();
      resumeLater();
    }
  }

  private boolean inDebt() {
    return frames.inDebt() || bytes.inDebt();
  }

  private void resumeLater() {
    vertx.setTimer(
        PAUSE_MS,
        id -> {
          if (inDebt()) {
            resumeLater();
          } else {
            paused = false;
            lane.resume();
          }
        });
  }
}
