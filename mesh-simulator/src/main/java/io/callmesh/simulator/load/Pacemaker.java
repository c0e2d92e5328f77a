package io.callmesh.simulator.load;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends every stream's frames on time: each 20 ms, the streams spread evenly over them. The times
 * are fixed at the start, so that being late once delays nothing after it. Belongs to the event
 * loop.
 */
final class Pacemaker {
  private static final long FRAME_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /**
   * Between two looks at the clock: to wake for each single frame of many streams would cost more
   * than to send it.
   */
  private static final long LEAST_NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** Then the loop looks after what came in, however late the next frame is. */
  private static final int MOST_AT_ONCE = 64;

  private final EventLoop loop;
  private final List<LoadStream> streams;
  private final Tally tally;
  private final Runnable beat = this::beat;
  private final long origin = System.nanoTime();
  private long slot;
  private boolean stopped;

  Pacemaker(EventLoop loop, List<LoadStream> streams, Tally tally) {
    this.loop = loop;
    this.streams = streams;
    this.tally = tally;
  }

  void start() {
    loop.execute(beat);
  }

  void stop() {
    stopped = true;
  }

  private void beat() {
    long now = System.nanoTime();
    for (int i = 0; i < MOST_AT_ONCE && !stopped; i++) {
      long due = due();
      if (due > now) {
        now = System.nanoTime();
      }
      if (due > now) {
        var unused =
            loop.schedule(beat, Math.max(due - now, LEAST_NAP_NANOS), TimeUnit.NANOSECONDS);
        return;
      }
      send(due);
    }
    if (!stopped) {
      loop.execute(beat);
    }
  }

  private long due() {
    int count = streams.size();
    return origin + slot / count * FRAME_NANOS + slot % count * FRAME_NANOS / count;
  }

  private void send(long due) {
    LoadStream stream = streams.get((int) (slot++ % streams.size()));
    if (stream.isOpen()) {
      tally.late(System.nanoTime() - due);
      stream.sendFrame();
    }
  }
}
