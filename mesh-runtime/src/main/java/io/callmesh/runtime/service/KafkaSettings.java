package io.callmesh.runtime.service;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.kafka.KafkaConfig;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads the Kafka settings of a process. */
final class KafkaSettings {
  private static final String CLIENT_PREFIX = "CALLMESH_KAFKA_CLIENT_";
  private static final int MAX_PARTITIONS = 1_000;
  private static final int MAX_ENTRIES = 100_000_000;
  private static final int MAX_BUFFER = 1_000_000;

  private KafkaSettings() {}

  static KafkaConfig from(Settings settings) {
    try {
      return read(settings);
    } catch (ConfigException named) {
      throw named;
    } catch (IllegalArgumentException wrong) {
      throw new ConfigException(String.valueOf(wrong.getMessage()));
    }
  }

  private static KafkaConfig read(Settings settings) {
    return new KafkaConfig(
        settings.required("CALLMESH_KAFKA_BOOTSTRAP_SERVERS"),
        settings.integer("CALLMESH_KAFKA_REPLICATION_FACTOR", -1, Short.MAX_VALUE),
        settings.integer("CALLMESH_KAFKA_EVENT_PARTITIONS", 1, MAX_PARTITIONS),
        settings.duration("CALLMESH_HANDOFF_LIFETIME"),
        settings.duration("CALLMESH_HANDOFF_MEMORY"),
        settings.duration("CALLMESH_KAFKA_REQUEST_TIMEOUT"),
        settings.integer("CALLMESH_KAFKA_EVENT_BUFFER", 1, MAX_BUFFER),
        settings.integer("CALLMESH_TABLE_MAX_ENTRIES", 1, MAX_ENTRIES),
        clientProperties(settings));
  }

  private static Map<String, String> clientProperties(Settings settings) {
    Map<String, String> properties = new HashMap<>();
    settings
        .withPrefix(CLIENT_PREFIX)
        .forEach(
            (name, value) ->
                properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
    return properties;
  }
}
