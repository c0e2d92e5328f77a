package io.callmesh.worker.session;

import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionOpened;
import io.callmesh.worker.ConnectorDirectory;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.eventbus.Message;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Opens sessions: {@code worker.open@<instance>}. */
final class OpenHandler implements Handler<Message<OpenSession>> {
  private static final long LOOKUP_TIMEOUT_MS = 1_000;

  private final String instance;
  private final WorkerPorts ports;
  private final ConnectorDirectory connectors;
  private final SessionTable sessions;
  private final Runnable onFull;

  /**
   * @param onFull run when a session takes the last place, so that everyone may be told at once
   */
  OpenHandler(
      String instance,
      WorkerPorts ports,
      ConnectorDirectory connectors,
      SessionTable sessions,
      Runnable onFull) {
    this.instance = instance;
    this.ports = ports;
    this.connectors = connectors;
    this.sessions = sessions;
    this.onFull = onFull;
  }

  @Override
  public void handle(Message<OpenSession> request) {
    OpenSession open = request.body();
    if (sessions.get(open.streamKey()) != null) { // asked again because our answer was lost
      request.reply(new SessionOpened(instance));
    } else if (sessions.isDraining()) {
      refuse(request, draining());
    } else if (sessions.claimed() >= ports.config().capacity()) {
      refuse(request, new BusFailure(FailureCode.BUSY, "worker is full"));
    } else {
      lookUp(request);
    }
  }

  private void lookUp(Message<OpenSession> request) {
    sessions.claim(request.body().streamKey());
    Context loop = ports.vertx().getOrCreateContext();
    connectors
        .find(request.body().connectorId())
        .timeout(LOOKUP_TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .compose(OpenHandler::existing)
        .onComplete(found -> loop.runOnContext(back -> lookedUp(request, found)));
  }

  private void lookedUp(Message<OpenSession> request, AsyncResult<Connector> found) {
    long streamKey = request.body().streamKey();
    boolean wanted = sessions.release(streamKey);
    if (sessions.get(streamKey) != null) {
      request.reply(new SessionOpened(instance));
    } else if (found.failed()) {
      refuse(request, found.cause());
    } else if (sessions.isDraining()) { // and perhaps drained already: nobody would wait for it
      refuse(request, draining());
    } else if (!wanted) { // asked too late: another worker may have the stream by now
      refuse(request, new BusFailure(FailureCode.UNAVAILABLE, "the stream ended meanwhile"));
    } else {
      open(request, found.result());
    }
  }

  private static BusFailure draining() {
    return new BusFailure(FailureCode.DRAINING, "worker is draining");
  }

  private static Future<Connector> existing(Optional<Connector> found) {
    return found
        .map(Future::succeededFuture)
        .orElseGet(
            () -> Future.failedFuture(new BusFailure(FailureCode.NOT_FOUND, "no such connector")));
  }

  private void open(Message<OpenSession> request, Connector connector) {
    Session session = new Session(ports, request.body(), connector, sessions::remove);
    sessions.add(session);
    if (sessions.size() >= ports.config().capacity()) {
      onFull.run();
    }
    request.reply(new SessionOpened(instance));
    session.start();
  }

  private void refuse(Message<OpenSession> request, Throwable cause) {
    BusFailure failure =
        cause instanceof BusFailure known
            ? known
            : new BusFailure(codeOf(cause), String.valueOf(cause));
    FailureCode code = FailureCode.of(failure);
    ports.metrics().openRefused(code);
    request.fail(code.code(), failure.getMessage());
  }

  private static FailureCode codeOf(Throwable cause) {
    return cause instanceof TimeoutException ? FailureCode.UNAVAILABLE : FailureCode.of(cause);
  }
}
