package io.callmesh.worker;

import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.frame.Frame;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * What the service counts, under {@code callmesh.worker.}; shared by all its instances and safe on
 * any thread. Meters are looked up once, because frames pass fifty times a second for each stream.
 */
public final class WorkerMetrics {
  /** Where audio was dropped. */
  public enum Dropped {
    /** The caller's, because no agent was connected. */
    NO_AGENT,
    /** The caller's, because the agent read too slowly. */
    SLOW_AGENT,
    /** The agent's, because more waited than may. */
    PLAYOUT_FULL,
    /** The agent's, because it had already handed the call off or hung up. */
    AFTER_OUTCOME
  }

  /** How an attempt to reach an agent went. */
  public enum Dial {
    /** The agent took the session. */
    CONNECTED,
    /** The agent did not answer as it should. */
    FAILED,
    /** The URL is one that we do not dial. */
    REFUSED
  }

  /** What an agent sent. */
  public enum AgentMessage {
    /** Drop what has not been played. */
    CLEAR,
    /** A mark. */
    MARK,
    /** A wish for a handoff. */
    HANDOFF,
    /** The end of the call. */
    HANGUP,
    /** The handoff state so far. */
    CONTEXT,
    /** What was said. */
    TRANSCRIPT,
    /** The agent's own event. */
    EVENT,
    /** A type that this version does not know. */
    UNKNOWN,
    /** Not a message at all. */
    MALFORMED,
    /** A complaint: something went wrong at the agent's. */
    ERROR
  }

  /** What became of an agent's or our own wish to end a call. */
  public enum Decision {
    /** Kafka has the outcome. */
    STORED,
    /** It was not allowed, or made no sense. */
    REFUSED,
    /** Nobody could store it in time, so everybody was offered it. */
    OFFERED,
    /** It was refused where outcomes are stored. */
    NOT_STORED
  }

  /** Why a session ended. */
  public enum Ended {
    /** The caller is gone. */
    CALLER_HUNG_UP,
    /** The stream broke; the caller may come back. */
    INTERRUPTED,
    /** The call went to a person. */
    HANDED_OFF,
    /** The agent ended the call. */
    AGENT_HUNG_UP,
    /** The agent was lost and the caller rescued. */
    RESCUED,
    /** Anything else. */
    ERROR
  }

  private final AtomicInteger sessions = new AtomicInteger();
  private final Counter framesFromCaller;
  private final Counter framesToCaller;
  private final Counter unknownFrames;
  private final Counter lostAgents;
  private final Counter throttledAgents;
  private final Counter droppedEvents;
  private final Map<Dropped, Counter> dropped;
  private final Map<Dial, Timer> dials;
  private final Map<AgentMessage, Counter> messages;
  private final Map<Decision, Counter> handoffs;
  private final Map<Ended, Counter> ended;
  private final Map<FailureCode, Counter> refused;

  /** Registers all meters. */
  public WorkerMetrics(MeterRegistry registry) {
    registry.gauge("callmesh.worker.sessions", sessions);
    framesFromCaller = registry.counter("callmesh.worker.frames", "direction", "from_caller");
    framesToCaller = registry.counter("callmesh.worker.frames", "direction", "to_caller");
    unknownFrames = registry.counter("callmesh.worker.frames.unknown");
    lostAgents = registry.counter("callmesh.worker.agent.lost");
    throttledAgents = registry.counter("callmesh.worker.agent.throttled");
    droppedEvents = registry.counter("callmesh.worker.agent.events.dropped");
    dropped = counters(registry, "callmesh.worker.audio.dropped.ms", "where", Dropped.class);
    dials =
        each(Dial.class, dial -> registry.timer("callmesh.worker.agent.dial", "result", tag(dial)));
    messages = counters(registry, "callmesh.worker.agent.messages", "type", AgentMessage.class);
    handoffs = counters(registry, "callmesh.worker.outcomes", "result", Decision.class);
    ended = counters(registry, "callmesh.worker.sessions.ended", "reason", Ended.class);
    refused = counters(registry, "callmesh.worker.open.refused", "reason", FailureCode.class);
  }

  /** A session was opened. */
  public void sessionOpened() {
    sessions.incrementAndGet();
  }

  /** A session is over. */
  public void sessionEnded(Ended reason) {
    sessions.decrementAndGet();
    count(ended, reason, 1);
  }

  /** A request to open a session was refused. */
  public void openRefused(FailureCode reason) {
    count(refused, reason, 1);
  }

  /** A frame came from an ingress. */
  public void frameFromCaller() {
    framesFromCaller.increment();
  }

  /** A frame went to an ingress. */
  public void frameToCaller() {
    framesToCaller.increment();
  }

  /** A frame came for a stream that has no session here, or no longer has one. */
  public void unknownFrame() {
    unknownFrames.increment();
  }

  /** Audio was dropped, in bytes of mu-law. */
  public void audioDropped(Dropped where, long bytes) {
    if (bytes > 0) {
      count(dropped, where, (double) bytes / Frame.BYTES_PER_MS);
    }
  }

  /** An attempt to reach an agent is over. */
  public void dialled(Dial result, Duration took) {
    Timer timer = dials.get(result);
    if (timer != null) {
      timer.record(took);
    }
  }

  /** A connected agent is gone without having ended the call. */
  public void agentLost() {
    lostAgents.increment();
  }

  /** An agent sent more than any has use for, and was read no further for a while. */
  public void agentThrottled() {
    throttledAgents.increment();
  }

  /** A transcript or event of an agent's was not published, because there were too many. */
  public void agentEventDropped() {
    droppedEvents.increment();
  }

  /** A message came from an agent. */
  public void agentMessage(AgentMessage type) {
    count(messages, type, 1);
  }

  /** An outcome was decided on. */
  public void outcome(Decision decision) {
    count(handoffs, decision, 1);
  }

  private static <E extends Enum<E>> void count(Map<E, Counter> counters, E tag, double amount) {
    Counter counter = counters.get(tag);
    if (counter != null) {
      counter.increment(amount);
    }
  }

  private static <E extends Enum<E>> Map<E, Counter> counters(
      MeterRegistry registry, String name, String tag, Class<E> values) {
    return each(values, value -> registry.counter(name, tag, tag(value)));
  }

  private static <E extends Enum<E>, M> Map<E, M> each(Class<E> values, Function<E, M> meter) {
    Map<E, M> meters = new EnumMap<>(values);
    for (E value : values.getEnumConstants()) {
      meters.put(value, meter.apply(value));
    }
    return meters;
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
