package io.callmesh.worker.session;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketFrame;

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
  private final WebSocket socket;
  private final Runnable onPause;
  private final TokenBucket frames =
      new TokenBucket(BURST_FRAMES, FRAMES_PER_SECOND, System::nanoTime);
  private final TokenBucket bytes =
      new TokenBucket(BURST_BYTES, BYTES_PER_SECOND, System::nanoTime);
  private boolean paused;

  private FloodGuard(Vertx vertx, WebSocket socket, Runnable onPause) {
    this.vertx = vertx;
    this.socket = socket;
    this.onPause = onPause;
  }

  /**
   * Guards a socket for as long as it lives. Frames are counted, not messages: pieces and pings
   * cost something as well.
   *
   * @param onPause called each time the agent is held back
   */
  static void watch(Vertx vertx, WebSocket socket, Runnable onPause) {
    FloodGuard guard = new FloodGuard(vertx, socket, onPause);
    socket.frameHandler(guard::took);
  }

  private void took(WebSocketFrame frame) {
    frames.take(1);
    bytes.take(frame.binaryData().length());
    if (!paused && inDebt()) {
      paused = true;
      onPause.run();
      socket.pause();
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
            socket.resume();
          }
        });
  }
}
