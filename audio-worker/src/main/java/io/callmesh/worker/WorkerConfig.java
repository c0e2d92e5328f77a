package io.callmesh.worker;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.worker.agent.AgentSecrets;
import java.time.Duration;

/**
 * What an operator can set; valid once constructed.
 *
 * @param capacity sessions that one verticle instance takes at most
 * @param agentConnectTimeout for one attempt: name lookup, TCP, TLS and the upgrade together
 * @param agentRedialWindow how long to keep trying before the caller is rescued
 * @param agentPingInterval between pings to an agent; one that answers none in between is lost
 * @param callerBacklog the caller's audio kept while no agent is connected
 * @param agentBacklog the caller's audio kept for an agent that reads too slowly
 * @param playoutLead how far ahead of the caller's ear audio is sent, 2 s at most
 * @param playoutBacklog the agent's audio that waits its turn
 * @param storeDeadline how long to keep trying to store an outcome
 * @param streamSilence after this long without a frame the stream is taken for gone
 * @param allowPrivateAddresses whether agents may be on private and loopback addresses
 * @param agentSecrets what agents' headers may name
 */
public record WorkerConfig(
    int capacity,
    Duration agentConnectTimeout,
    Duration agentRedialWindow,
    Duration agentPingInterval,
    Duration callerBacklog,
    Duration agentBacklog,
    Duration playoutLead,
    Duration playoutBacklog,
    Duration storeDeadline,
    Duration streamSilence,
    boolean allowPrivateAddresses,
    AgentSecrets agentSecrets) {
  private static final Duration LONGEST = Duration.ofHours(1);

  /** What is ahead of the caller's ear is what a barge-in has to call back from Twilio. */
  private static final Duration LONGEST_LEAD = Duration.ofSeconds(2);

  /** Refuses what makes no sense, with a {@link ConfigException} that names the key. */
  public WorkerConfig {
    if (capacity < 1 || capacity > 100_000) {
      throw new ConfigException("CALLMESH_WORKER_CAPACITY must be 1..100000, was " + capacity);
    }
    check("CALLMESH_WORKER_AGENT_CONNECT_TIMEOUT", agentConnectTimeout);
    check("CALLMESH_WORKER_AGENT_REDIAL_WINDOW", agentRedialWindow);
    check("CALLMESH_WORKER_AGENT_PING_INTERVAL", agentPingInterval);
    check("CALLMESH_WORKER_CALLER_BACKLOG", callerBacklog);
    check("CALLMESH_WORKER_AGENT_BACKLOG", agentBacklog);
    check("CALLMESH_WORKER_PLAYOUT_LEAD", playoutLead, LONGEST_LEAD, "2 s");
    check("CALLMESH_WORKER_PLAYOUT_BACKLOG", playoutBacklog);
    check("CALLMESH_WORKER_STORE_DEADLINE", storeDeadline);
    check("CALLMESH_WORKER_STREAM_SILENCE", streamSilence);
  }

  /**
   * Reads and checks the settings; meanings and reasons are in {@code worker-defaults.properties}.
   */
  public static WorkerConfig from(Settings settings) {
    return new WorkerConfig(
        settings.integer("CALLMESH_WORKER_CAPACITY", 1, 100_000),
        settings.duration("CALLMESH_WORKER_AGENT_CONNECT_TIMEOUT"),
        settings.duration("CALLMESH_WORKER_AGENT_REDIAL_WINDOW"),
        settings.duration("CALLMESH_WORKER_AGENT_PING_INTERVAL"),
        settings.duration("CALLMESH_WORKER_CALLER_BACKLOG"),
        settings.duration("CALLMESH_WORKER_AGENT_BACKLOG"),
        settings.duration("CALLMESH_WORKER_PLAYOUT_LEAD"),
        settings.duration("CALLMESH_WORKER_PLAYOUT_BACKLOG"),
        settings.duration("CALLMESH_WORKER_STORE_DEADLINE"),
        settings.duration("CALLMESH_WORKER_STREAM_SILENCE"),
        settings.flag("CALLMESH_AGENT_ALLOW_PRIVATE_ADDRESSES"),
        AgentSecrets.from(settings));
  }

  /** What holds when nobody says otherwise. */
  public static WorkerConfig defaults() {
    return new WorkerConfig(
        500,
        Duration.ofSeconds(2),
        Duration.ofSeconds(3),
        Duration.ofSeconds(15),
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        Duration.ofMinutes(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        false,
        AgentSecrets.none());
  }

  private static void check(String key, Duration value) {
    check(key, value, LONGEST, "1 h");
  }

  private static void check(String key, Duration value, Duration longest, String inWords) {
    if (value.toMillis() < 20 || value.compareTo(longest) > 0) {
      throw new ConfigException(key + " must be 20 ms.." + inWords + ", was " + value);
    }
  }
}
