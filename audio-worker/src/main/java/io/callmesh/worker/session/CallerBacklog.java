package io.callmesh.worker.session;

import io.callmesh.contracts.frame.Frame;
import io.callmesh.worker.agent.AgentConnection;
import io.callmesh.worker.audio.Transcoder;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * What waits for the agent while there is none, or it reads too slowly: the caller's audio, of
 * which the oldest goes when there is too much, and signals, which never go, in their order.
 */
final class CallerBacklog {
  /** Signals that may wait; more means that the agent is not coming back. */
  static final int MAX_SIGNALS = 1_000;

  /** What a piece counts at least, in bytes: else any number of empty ones could wait. */
  private static final int LEAST_BYTES = Frame.BYTES_PER_MS;

  private final Transcoder transcoder;

  /** Mu-law ({@code byte[]}) and signals. */
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();

  private long bytes;
  private int signals;

  CallerBacklog(Transcoder transcoder) {
    this.transcoder = transcoder;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Bytes of audio that wait, tiny pieces rounded up. */
  long bytes() {
    return bytes;
  }

  /** Adds audio and returns how many bytes of the oldest went to stay within the limit. */
  long audio(byte[] mulaw, long limitBytes) {
    waiting.add(mulaw);
    bytes += counted(mulaw);
    return bytes > limitBytes ? dropOldest(limitBytes) : 0;
  }

  /** Adds a signal; false when there are too many. */
  boolean signal(Consumer<AgentConnection> signal) {
    if (signals >= MAX_SIGNALS) {
      return false;
    }
    waiting.add(new Signal(signal));
    signals++;
    return true;
  }

  /** Sends what waits until nothing does or the agent cannot follow. */
  void drainTo(AgentConnection agent) {
    while (!waiting.isEmpty() && !agent.congested()) {
      Object next = waiting.remove();
      if (next instanceof byte[] mulaw) {
        bytes -= counted(mulaw);
        agent.audio(transcoder.toAgent(mulaw));
      } else {
        signals--;
        ((Signal) next).action.accept(agent);
      }
    }
  }

  /**
   * Sends what the agent still takes, and then the signals, which go before the end in any case.
   */
  void finish(AgentConnection agent) {
    drainTo(agent);
    for (Object left : waiting) {
      if (left instanceof Signal signal) {
        signal.action.accept(agent);
      }
    }
    waiting.clear();
    bytes = 0;
    signals = 0;
  }

  private long dropOldest(long limitBytes) {
    long dropped = 0;
    Iterator<Object> entries = waiting.iterator();
    while (bytes > limitBytes && entries.hasNext()) {
      if (entries.next() instanceof byte[] mulaw) {
        entries.remove();
        bytes -= counted(mulaw);
        dropped += mulaw.length;
      }
    }
    return dropped;
  }

  private static int counted(byte[] mulaw) {
    return Math.max(LEAST_BYTES, mulaw.length);
  }

  private record Signal(Consumer<AgentConnection> action) {}
}
