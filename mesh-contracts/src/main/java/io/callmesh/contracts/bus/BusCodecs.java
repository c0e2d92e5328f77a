package io.callmesh.contracts.bus;

import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameCodec;
import io.callmesh.contracts.handoff.FindOutcome;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.session.FindSession;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionFound;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.SessionOpened;
import io.callmesh.contracts.session.StreamAdmitted;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.contracts.session.WorkerPresence;
import io.vertx.core.eventbus.EventBus;
import java.util.List;

/** Every codec of the mesh in one list, so that no process joins the bus with one missing. */
public final class BusCodecs {
  static final List<JsonCodec<?>> JSON =
      List.of(
          new JsonCodec<>(
              "open-session.v1", OpenSession.class, OpenSession::toJson, OpenSession::fromJson),
          new JsonCodec<>(
              "session-opened.v1",
              SessionOpened.class,
              SessionOpened::toJson,
              SessionOpened::fromJson),
          new JsonCodec<>(
              "worker-presence.v1",
              WorkerPresence.class,
              WorkerPresence::toJson,
              WorkerPresence::fromJson),
          new JsonCodec<>(
              "find-session.v1", FindSession.class, FindSession::toJson, FindSession::fromJson),
          new JsonCodec<>(
              "session-found.v1", SessionFound.class, SessionFound::toJson, SessionFound::fromJson),
          new JsonCodec<>(
              "stream-admitted.v1",
              StreamAdmitted.class,
              StreamAdmitted::toJson,
              StreamAdmitted::fromJson),
          new JsonCodec<>(
              "watch-session.v1", WatchSession.class, WatchSession::toJson, WatchSession::fromJson),
          new JsonCodec<>(
              "session-news.v1", SessionNews.class, SessionNews::toJson, SessionNews::fromJson),
          new JsonCodec<>(
              "receipt-chain.v1", ReceiptChain.class, ReceiptChain::toJson, ReceiptChain::fromJson),
          new JsonCodec<>("outcome.v1", Outcome.class, Outcome::toJson, Outcome::fromJson),
          new JsonCodec<>(
              "find-outcome.v1", FindOutcome.class, FindOutcome::toJson, FindOutcome::fromJson));

  private BusCodecs() {}

  /** Registers all codecs; call once for each Vert.x instance, before the first consumer. */
  public static void registerOn(EventBus bus) {
    bus.registerDefaultCodec(Frame.class, FrameCodec.INSTANCE);
    JSON.forEach(codec -> register(bus, codec));
  }

  private static <T> void register(EventBus bus, JsonCodec<T> codec) {
    bus.registerDefaultCodec(codec.type(), codec);
  }
}
