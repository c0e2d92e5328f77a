package io.callmesh.simulator.agent;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A voice agent that follows a script: a WebSocket server of the callmesh agent protocol, version
 * 1. Any path is served. Thread-safe.
 */
public final class ScriptedAgent {
  /** The WebSocket subprotocol it speaks; others are refused with 400. */
  public static final String SUBPROTOCOL = "callmesh.agent.v1";

  private static final int MOST_RECORDS = 1_000;

  private final Vertx vertx;
  private final AgentScript script;
  private final AgentAudio audio = new AgentAudio();
  private final Deque<SessionRecord> records = new ArrayDeque<>();
  private final Queue<Promise<SessionRecord>> awaited = new ArrayDeque<>();
  private volatile @Nullable HttpServer server;
  private long opened;
  private long refused;
  private int open;

  /** An agent that does not listen yet. */
  public ScriptedAgent(Vertx vertx, AgentScript script) {
    this.vertx = vertx;
    this.script = script;
  }

  /**
   * Listens.
   *
   * @param port 0 takes a free one
   * @return the port; fails when it cannot be had
   */
  public Future<Integer> listen(String host, int port) {
    HttpServer listening =
        vertx.createHttpServer(
            new HttpServerOptions().setWebSocketSubProtocols(List.of(SUBPROTOCOL)));
    server = listening;
    return listening
        .webSocketHandshakeHandler(this::greet)
        .webSocketHandler(this::open)
        .requestHandler(
            request -> request.response().setStatusCode(426).end("This is a voice agent.\n"))
        .listen(port, host)
        .map(HttpServer::actualPort);
  }

  private void greet(ServerWebSocketHandshake handshake) {
    int status = offersProtocol(handshake) ? script.quirks().refusedWith() : 400;
    if (status == 0) {
      handshake.accept();
    } else {
      countRefused();
      handshake.reject(status);
    }
  }

  private static boolean offersProtocol(ServerWebSocketHandshake handshake) {
    String offered = handshake.headers().get("Sec-WebSocket-Protocol");
    return offered != null && List.of(offered.split("\\s*,\\s*", -1)).contains(SUBPROTOCOL);
  }

  private void open(ServerWebSocket socket) {
    SessionRecord record = new SessionRecord(socket.headers());
    new AgentSession(socket, script, audio, record).open(this::countClosed);
    announce(record);
  }

  private void announce(SessionRecord record) {
    Promise<SessionRecord> waiting;
    synchronized (this) {
      opened++;
      open++;
      records.addLast(record);
      if (records.size() > MOST_RECORDS) {
        records.removeFirst();
      }
      waiting = awaited.poll();
    }
    if (waiting != null) {
      waiting.complete(record);
    }
  }

  private synchronized void countRefused() {
    refused++;
  }

  private synchronized void countClosed() {
    open--;
  }

  /** The next session that begins. */
  public synchronized Future<SessionRecord> nextSession() {
    Promise<SessionRecord> promise = Promise.promise();
    awaited.add(promise);
    return promise.future();
  }

  /** The sessions so far, oldest first; at most the last thousand. */
  public synchronized List<SessionRecord> sessions() {
    return new ArrayList<>(records);
  }

  /** How many sessions there have been. */
  public synchronized long openedSessions() {
    return opened;
  }

  /** How many there are now. */
  public synchronized int openSessions() {
    return open;
  }

  /** How many WebSockets were refused. */
  public synchronized long refusedSessions() {
    return refused;
  }

  /** Stops listening and breaks the connections off. */
  public Future<Void> close() {
    HttpServer listening = server;
    return listening == null ? Future.succeededFuture() : listening.close();
  }
}
