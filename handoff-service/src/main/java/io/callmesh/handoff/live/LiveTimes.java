package io.callmesh.handoff.live;

import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import java.time.Duration;

/**
 * How often, and for how long.
 *
 * @param renewMs between renewals of the lease on a session's news
 * @param leaseMs of a {@link WatchSession}
 * @param answerMs how long workers may take to answer
 * @param silentMs after which a worker that has not been heard of counts as none
 * @param heartbeatMs between the comments of a stream, so that no proxy takes it for idle
 * @param longest that a stream lasts; its client comes again
 */
record LiveTimes(
    long renewMs, long leaseMs, long answerMs, long silentMs, long heartbeatMs, Duration longest) {
  /** Those that the desktop is made for. */
  static final LiveTimes REAL =
      new LiveTimes(
          5_000, 15_000, 250, WorkerPresence.SILENT_AFTER.toMillis(), 15_000, Duration.ofHours(1));
}
