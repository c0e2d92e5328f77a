package io.callmesh.contracts.session;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * What a worker instance tells everyone once a second. Whoever is not heard for {@link
 * #SILENT_AFTER} is taken for dead.
 *
 * @param instance names the verticle instance in its addresses
 * @param processId the process it runs in: an ingress prefers a worker of its own
 * @param sessions how many it has now
 * @param capacity how many it takes at most
 * @param draining true when it takes no new ones
 */
public record WorkerPresence(
    String instance, String processId, int sessions, int capacity, boolean draining) {
  /** How often a worker makes itself heard. */
  public static final Duration INTERVAL = Duration.ofSeconds(1);

  /** After this long without a word a worker is no longer chosen. */
  public static final Duration SILENT_AFTER = Duration.ofMillis(3_500);

  /** Whether a new session can be opened here. */
  public boolean hasRoom() {
    return !draining && sessions < capacity;
  }

  /** Sessions as a share of capacity, 0 to 1; a worker without capacity is full. */
  public double load() {
    return capacity == 0 ? 1.0 : (double) sessions / capacity;
  }

  /** The wire form. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("instance", instance)
        .put("processId", processId)
        .put("sessions", sessions)
        .put("capacity", capacity)
        .put("draining", draining);
  }

  /** Reads the wire form. */
  public static WorkerPresence fromJson(JsonObject json) {
    return new WorkerPresence(
        json.getString("instance"),
        json.getString("processId", ""),
        json.getInteger("sessions", 0),
        json.getInteger("capacity", 0),
        json.getBoolean("draining", false));
  }
}
