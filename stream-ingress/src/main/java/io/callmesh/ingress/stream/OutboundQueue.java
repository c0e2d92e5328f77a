package io.callmesh.ingress.stream;

import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Frames that wait for a socket which takes no more. Bounded in milliseconds of audio: beyond that
 * the oldest audio goes and is counted; signals stay, in their place (design.md, "Audio on the
 * event bus").
 */
final class OutboundQueue {
  /** Signals are never dropped, so a peer that stops reading for good must be given up. */
  private static final int MAX_SIGNALS = 1_000;

  private final ArrayDeque<Frame> frames = new ArrayDeque<>(0);
  private final int maxAudioMs;
  private int audioMs;
  private int highMs;
  private int signals;

  OutboundQueue(int maxAudioMs) {
    this.maxAudioMs = maxAudioMs;
  }

  /** Adds a frame and returns how many milliseconds of older audio had to go. */
  int add(Frame frame) {
    if (frame.kind() == FrameKind.CLEAR) {
      dropAudio();
    }
    frames.add(frame);
    if (frame.kind() != FrameKind.AUDIO) {
      signals++;
      return 0;
    }
    audioMs += lengthMs(frame);
    int dropped = dropOldest();
    highMs = Math.max(highMs, audioMs);
    return dropped;
  }

  /** The next frame to write, or null. */
  @Nullable Frame poll() {
    Frame frame = frames.poll();
    if (frame != null) {
      forget(frame);
    }
    return frame;
  }

  /** The most audio that has waited here, in ms. */
  int highMs() {
    return highMs;
  }

  boolean isEmpty() {
    return frames.isEmpty();
  }

  /** Whether more signals wait than a peer that still reads can explain. */
  boolean hopeless() {
    return signals > MAX_SIGNALS;
  }

  private int dropOldest() {
    int dropped = 0;
    Iterator<Frame> oldest = frames.iterator();
    while (audioMs > maxAudioMs && oldest.hasNext()) {
      Frame frame = oldest.next();
      if (frame.kind() == FrameKind.AUDIO) {
        oldest.remove();
        forget(frame);
        dropped += lengthMs(frame);
      }
    }
    return dropped;
  }

  /** What waits here would be cleared at Twilio anyway. */
  private void dropAudio() {
    frames.removeIf(frame -> frame.kind() == FrameKind.AUDIO);
    audioMs = 0;
  }

  private void forget(Frame frame) {
    if (frame.kind() == FrameKind.AUDIO) {
      audioMs -= lengthMs(frame);
    } else {
      signals--;
    }
  }

  /** Rounded up, and never 0: else a peer could fill the queue with pieces that count nothing. */
  private static int lengthMs(Frame frame) {
    return Math.max(1, (frame.payload().length + Frame.BYTES_PER_MS - 1) / Frame.BYTES_PER_MS);
  }
}
