package io.callmesh.runtime.kafka;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.event.CallEvent;
import io.callmesh.contracts.event.CallEventType;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;

/**
 * Tells whoever analyses calls what happened, as CloudEvents on {@code callmesh.call-events.v1}.
 * Analytics, never the mesh's memory: publishing never blocks, never throws, and an absent broker
 * costs events, not calls. Safe on any thread. Services in one process share a producer by {@link
 * #from}.
 */
public final class CallEvents {
  private final EventSender sender;
  private final String source;
  private final Clock clock;

  private CallEvents(EventSender sender, String source, Clock clock) {
    this.sender = sender;
    this.source = source;
    this.clock = clock;
  }

  /**
   * Events of one service, with a producer of their own.
   *
   * @param service the service's name; events say {@code /callmesh/<service>} as their source
   */
  public CallEvents(Vertx vertx, KafkaConfig config, MeterRegistry registry, String service) {
    this(
        EventSender.start(vertx, config, new KafkaMetrics(registry)),
        source(service),
        Clock.systemUTC());
  }

  private static String source(String service) {
    return "/callmesh/" + service;
  }

  /** The same producer for another service; closing either closes both. */
  public CallEvents from(String service) {
    return new CallEvents(sender, source(service), clock);
  }

  /** Publishes an event with a new id. */
  public void publish(CallEventType type, String callSid, JsonObject data) {
    publish(type, callSid, Ids.hex(16), data);
  }

  /**
   * Publishes an event with a given id: one that comes out the same when the same thing is told
   * twice, so that consumers drop the second.
   *
   * @param data encoded before this returns, so that the caller may change it afterwards
   */
  public void publish(CallEventType type, String callSid, String id, JsonObject data) {
    sender.send(new CallEvent(id, type, source, callSid, clock.instant(), data));
  }

  /**
   * Sends what waits, for the request timeout at most, and drops the rest; later events are
   * dropped. Never fails.
   */
  public Future<Void> close() {
    return sender.close();
  }
}
