package io.callmesh.runtime.bus;

import io.callmesh.contracts.frame.Frame;
import io.vertx.core.Closeable;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.shareddata.Shareable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Carries frames to an address of the mesh: straight to the consumer's event loop when it is in
 * this process, over the event bus when it is not.
 *
 * <p>The event bus would do for both, but makes a message with headers, a delivery and a dispatch
 * of each, eight objects for 160 bytes of audio. The frames that one sender gives to one road
 * arrive in their order. Between them and other messages there is none: over a clustered bus a
 * frame can overtake what was sent before it. Frames that follow from a reply are safe, since the
 * reply has arrived. Safe on any thread.
 */
public final class FrameBus implements Shareable {
  private static final String NAME = "callmesh.frame-bus";
  private static final DeliveryOptions DELIVERY = new DeliveryOptions();

  private final Map<String, Consumer> consumers = new ConcurrentHashMap<>();
  private final EventBus bus;

  private FrameBus(Vertx vertx) {
    this.bus = vertx.eventBus();
  }

  /** The one of this Vert.x instance. */
  public static FrameBus of(Vertx vertx) {
    return vertx
        .sharedData()
        .<String, FrameBus>getLocalMap(NAME)
        .computeIfAbsent(NAME, name -> new FrameBus(vertx));
  }

  /**
   * Takes the frames of an address, on the calling context, which must be an event loop's, until
   * that context is closed. Succeeds when the other processes know of it.
   */
  public Future<?> consume(Vertx vertx, String address, Handler<Frame> handler) {
    ContextInternal context = ((VertxInternal) vertx).getOrCreateContext();
    Consumer consumer = new Consumer(context, handler);
    consumers.put(address, consumer);
    context.addCloseHook(new Leaving(address, consumer));
    return bus.<Frame>consumer(address, message -> handler.handle(message.body())).completion();
  }

  /** The way to an address, for as long as a stream lasts. */
  public Road to(String address) {
    return new Road(address, consumers.get(address));
  }

  /** The way to one address. */
  public final class Road {
    private final String address;
    private final @Nullable Consumer here;

    private Road(String address, @Nullable Consumer here) {
      this.address = address;
      this.here = here;
    }

    /** Sends a frame; what becomes of it is not told. */
    public void send(Frame frame) {
      if (here != null) {
        here.context.nettyEventLoop().execute(new Delivery(here, frame));
      } else {
        bus.send(address, frame, DELIVERY);
      }
    }
  }

  private static final class Consumer {
    private final ContextInternal context;
    private final Handler<Frame> handler;

    /** Set and read on the context's event loop. */
    private boolean gone;

    private Consumer(ContextInternal context, Handler<Frame> handler) {
      this.context = context;
      this.handler = handler;
    }
  }

  private record Delivery(Consumer to, Frame frame) implements Runnable {
    @Override
    public void run() {
      if (!to.gone) {
        to.context.dispatch(frame, to.handler);
      }
    }
  }

  /** Takes a consumer away with its verticle. */
  private final class Leaving implements Closeable {
    private final String address;
    private final Consumer consumer;

    private Leaving(String address, Consumer consumer) {
      this.address = address;
      this.consumer = consumer;
    }

    @Override
    public void close(Completable<Void> closed) {
      consumers.remove(address, consumer);
      consumer.context.nettyEventLoop().execute(() -> consumer.gone = true);
      closed.succeed();
    }
  }
}
