package io.callmesh.runtime.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a process talks to Kafka; valid once constructed.
 *
 * @param bootstrapServers {@code host:port}, several with commas
 * @param replicationFactor of topics that we create; -1 for the broker's default
 * @param callEventPartitions partitions of the call events' topic when we create it
 * @param handoffLifetime how long an outcome is kept
 * @param handoffMemory how long its receipts are kept after that
 * @param requestTimeout bounds every wait for Kafka
 * @param eventBufferSize call events that may wait for the broker; beyond it the newest is dropped
 * @param maxTableEntries keys per table; beyond it new ones are refused
 * @param clientProperties settings of Kafka's clients passed through, such as {@code
 *     security.protocol} and {@code sasl.jaas.config}; ours win. Secrets: never logged
 */
public record KafkaConfig(
    String bootstrapServers,
    int replicationFactor,
    int callEventPartitions,
    Duration handoffLifetime,
    Duration handoffMemory,
    Duration requestTimeout,
    int eventBufferSize,
    int maxTableEntries,
    Map<String, String> clientProperties) {
  /** Partitions of the call events' topic unless configured. */
  public static final int DEFAULT_CALL_EVENT_PARTITIONS = 6;

  /** How long an outcome is kept unless configured. */
  public static final Duration DEFAULT_HANDOFF_LIFETIME = Duration.ofHours(24);

  /** How long receipts are kept after the outcome unless configured. */
  public static final Duration DEFAULT_HANDOFF_MEMORY = Duration.ofHours(24);

  /** How long a wait for Kafka lasts unless configured. */
  public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /** How long an outcome that was removed may stay on the broker's disk (docs/kafka-tables.md). */
  public static final Duration ERASURE = Duration.ofMinutes(10);

  /** Call events that may wait unless configured. */
  public static final int DEFAULT_EVENT_BUFFER_SIZE = 10_000;

  /** Keys per table unless configured. */
  public static final int DEFAULT_MAX_TABLE_ENTRIES = 1_000_000;

  private static final Pattern SERVER =
      Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):(\\d{1,5})");
  private static final Duration MAX_TIMEOUT = Duration.ofMinutes(5);

  /** Validates; an {@link IllegalArgumentException} names the variable, the rule and the value. */
  public KafkaConfig {
    require(
        isServers(bootstrapServers),
        "CALLMESH_KAFKA_BOOTSTRAP_SERVERS must be host:port[,host:port…]",
        bootstrapServers);
    require(
        replicationFactor == -1 || (replicationFactor >= 1 && replicationFactor <= Short.MAX_VALUE),
        "CALLMESH_KAFKA_REPLICATION_FACTOR must be -1 or 1..32767",
        replicationFactor);
    require(
        callEventPartitions >= 1 && callEventPartitions <= 1000,
        "CALLMESH_KAFKA_EVENT_PARTITIONS must be 1..1000",
        callEventPartitions);
    require(
        isPositive(handoffLifetime), "CALLMESH_HANDOFF_LIFETIME must be positive", handoffLifetime);
    require(
        !handoffMemory.isNegative(), "CALLMESH_HANDOFF_MEMORY must be 0 or more", handoffMemory);
    require(
        isPositive(requestTimeout) && requestTimeout.compareTo(MAX_TIMEOUT) <= 0,
        "CALLMESH_KAFKA_REQUEST_TIMEOUT must be positive and at most " + MAX_TIMEOUT,
        requestTimeout);
    require(
        eventBufferSize >= 1, "CALLMESH_KAFKA_EVENT_BUFFER must be at least 1", eventBufferSize);
    require(maxTableEntries >= 1, "CALLMESH_TABLE_MAX_ENTRIES must be at least 1", maxTableEntries);
    clientProperties = Map.copyOf(clientProperties);
  }

  /** Every default, at these servers. */
  public static KafkaConfig at(String bootstrapServers) {
    return new KafkaConfig(
        bootstrapServers,
        -1,
        DEFAULT_CALL_EVENT_PARTITIONS,
        DEFAULT_HANDOFF_LIFETIME,
        DEFAULT_HANDOFF_MEMORY,
        DEFAULT_REQUEST_TIMEOUT,
        DEFAULT_EVENT_BUFFER_SIZE,
        DEFAULT_MAX_TABLE_ENTRIES,
        Map.of());
  }

  /** How long a chain of receipts is kept. */
  public Duration receiptLifetime() {
    return handoffLifetime.plus(handoffMemory);
  }

  private static boolean isServers(String servers) {
    for (String server : servers.split(",", -1)) {
      var match = SERVER.matcher(server.strip());
      if (!match.matches() || !isPort(Integer.parseInt(match.group(2)))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPort(int port) {
    return port >= 1 && port <= 65535;
  }

  private static boolean isPositive(Duration duration) {
    return !duration.isNegative() && duration.toMillis() > 0;
  }

  private static void require(boolean valid, String rule, Object value) {
    if (!valid) {
      throw new IllegalArgumentException(rule + ", was '" + value + "'");
    }
  }

  /** Without the client properties' values. */
  @Override
  public String toString() {
    return "KafkaConfig["
        + bootstrapServers
        + ", clientProperties="
        + clientProperties.keySet()
        + "]";
  }
}
