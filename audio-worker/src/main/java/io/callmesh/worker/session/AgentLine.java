package io.callmesh.worker.session;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.worker.WorkerConfig;
import io.callmesh.worker.WorkerMetrics.Dial;
import io.callmesh.worker.WorkerMetrics.Dropped;
import io.callmesh.worker.agent.AgentConnection;
import io.callmesh.worker.agent.AgentListener;
import io.callmesh.worker.agent.AgentProtocol;
import io.callmesh.worker.agent.AgentRefusedException;
import io.callmesh.worker.agent.AgentSocket;
import io.callmesh.worker.agent.SessionEnd;
import io.callmesh.worker.agent.SessionStart;
import io.callmesh.worker.audio.Transcoder;
import io.vertx.core.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session's line to its agent, which outlives connections: it dials, dials again when the
 * connection is lost, and keeps in between what the caller says and keys.
 *
 * <p>Dialling goes on for the redial window, with pauses that double from 100 to 500 ms. Only time
 * without a connection uses the window up, and only a connection that lasts as long renews it: so
 * an agent that takes calls to drop them at once is given up as well.
 */
final class AgentLine {
  private static final long FIRST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 500;

  /** What becomes of the line. */
  interface Owner extends AgentListener {
    /** An agent is connected; {@code resume} when it was told that there was a past. */
    void connected(boolean resume, Duration dialled);

    /** The connection is lost, and the line dials again. */
    void redialling();

    /** No agent can be reached; nothing comes from the line any more. */
    void gaveUp(Throwable cause);
  }

  private final WorkerPorts ports;
  private final AgentEndpoint endpoint;
  private final AgentProtocol protocol;
  private final Owner owner;
  private final FlightRecord flight;
  private final CallerBacklog backlog;
  private final Transcoder transcoder;
  private final long callerLimit;
  private final long agentLimit;
  private SessionStart start;
  private @Nullable AgentConnection agent;
  private boolean closed;
  private boolean settled;
  private long nextPingAt;
  private long giveUpAt;
  private long connectedAt;
  private long windowLeft;
  private long pauseMs;

  AgentLine(
      WorkerPorts ports,
      AgentEndpoint endpoint,
      SessionStart start,
      Transcoder transcoder,
      FlightRecord flight,
      Owner owner) {
    this.ports = ports;
    this.endpoint = endpoint;
    this.protocol = AgentProtocol.of(endpoint.protocol());
    this.start = start;
    this.transcoder = transcoder;
    this.owner = owner;
    this.flight = flight;
    this.backlog = new CallerBacklog(transcoder);
    WorkerConfig config = ports.config();
    callerLimit = config.callerBacklog().toMillis() * Frame.BYTES_PER_MS;
    agentLimit = config.agentBacklog().toMillis() * Frame.BYTES_PER_MS;
  }

  /** Dials for the first time. */
  void open() {
    renewWindow();
    dial();
  }

  /** Sends the caller's audio, or keeps it for a while; true when it was sent. */
  boolean audio(byte[] mulaw) {
    AgentConnection connected = agent;
    if (connected == null) {
      dropped(Dropped.NO_AGENT, backlog.audio(mulaw, callerLimit));
    } else if (backlog.isEmpty() && !connected.congested()) {
      connected.audio(transcoder.toAgent(mulaw));
      return true;
    } else {
      long bytes = backlog.audio(mulaw, agentLimit);
      dropped(Dropped.SLOW_AGENT, bytes);
      connected.skipped(bytes);
    }
    return false;
  }

  private void dropped(Dropped where, long bytes) {
    flight.backlogWaits(backlog.bytes());
    flight.dropped(where, bytes);
    ports.metrics().audioDropped(where, bytes);
  }

  /** Sends a signal in order with the audio, however long it takes. */
  void signal(Consumer<AgentConnection> signal) {
    AgentConnection connected = agent;
    if (connected != null && backlog.isEmpty() && !connected.congested()) {
      signal.accept(connected);
    } else if (!backlog.signal(signal) && connected != null) {
      connected.drop();
      lost();
    }
  }

  /** Ends the session at the agent, if there is one. */
  void end(SessionEnd reason) {
    closed = true;
    AgentConnection connected = agent;
    agent = null;
    if (connected != null) {
      backlog.finish(connected);
      connected.end(reason);
    }
  }

  /** Makes the present connection the last one: there is nothing left that needs an agent. */
  void settle() {
    settled = true;
  }

  /** Takes note that the agent has closed the connection and is not to be dialled again. */
  void left() {
    closed = true;
    agent = null;
  }

  /** Pings the agent when it is time; called about once a second. */
  void sweep(long nanos) {
    AgentConnection connected = agent;
    if (connected != null && nanos - nextPingAt >= 0) {
      nextPingAt = nanos + ports.config().agentPingInterval().toNanos();
      if (!connected.ping()) {
        connected.drop();
        lost();
      }
    }
  }

  private void dial() {
    long begun = System.nanoTime();
    long left = Math.max(1, giveUpAt - begun);
    Duration timeout =
        Duration.ofNanos(Math.min(left, ports.config().agentConnectTimeout().toNanos()));
    ports
        .dialer()
        .dial(endpoint, start.connector().accountId(), protocol.subProtocol(), timeout)
        .onSuccess(socket -> dialled(socket, Duration.ofNanos(System.nanoTime() - begun)))
        .onFailure(cause -> failed(cause, Duration.ofNanos(System.nanoTime() - begun)));
  }

  private void dialled(WebSocket socket, Duration took) {
    if (closed || settled) {
      socket.close();
      return;
    }
    ports.metrics().dialled(Dial.CONNECTED, took);
    connectedAt = System.nanoTime();
    // Spread, or the pings of sessions that began together hold up everybody's audio in one burst.
    long pingInterval = ports.config().agentPingInterval().toNanos();
    nextPingAt = connectedAt + ThreadLocalRandom.current().nextLong(pingInterval) + 1;
    windowLeft = giveUpAt - connectedAt;
    boolean resume = start.resume();
    AgentSocket line = new AgentSocket(ports.vertx(), socket, this::throttled);
    AgentConnection connected = protocol.begin(line, start, owner, this::lost);
    agent = connected;
    start = start.resumed();
    connected.onDrained(() -> drain(connected));
    owner.connected(resume, took);
    backlog.drainTo(connected);
  }

  private void throttled() {
    flight.throttled();
    ports.metrics().agentThrottled();
  }

  /** What waits is not for a connection that was given up in the meantime. */
  private void drain(AgentConnection connected) {
    if (agent == connected) {
      backlog.drainTo(connected);
    }
  }

  private void failed(Throwable cause, Duration took) {
    boolean refused = cause instanceof AgentRefusedException;
    ports.metrics().dialled(refused ? Dial.REFUSED : Dial.FAILED, took);
    if (closed || settled) {
      return;
    }
    if (refused) {
      closed = true;
      owner.gaveUp(cause);
    } else {
      redialUnlessTooLate(cause);
    }
  }

  private void redialLater() {
    ports
        .vertx()
        .setTimer(
            pauseMs,
            id -> {
              if (!closed && !settled) {
                dial();
              }
            });
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }

  private void lost() {
    if (closed) {
      return;
    }
    String refusal = agent == null ? null : agent.refusal();
    agent = null;
    ports.metrics().agentLost();
    if (settled) {
      closed = true;
      return;
    }
    if (refusal != null) {
      closed = true;
      owner.gaveUp(new AgentRefusedException("the agent refused: " + refusal));
      return;
    }
    if (System.nanoTime() - connectedAt >= ports.config().agentRedialWindow().toNanos()) {
      renewWindow();
    } else {
      giveUpAt = System.nanoTime() + windowLeft;
    }
    flight.redialled();
    owner.redialling();
    redialUnlessTooLate(new IllegalStateException("the agent keeps dropping the session"));
  }

  private void redialUnlessTooLate(Throwable cause) {
    if (System.nanoTime() + pauseMs * 1_000_000 < giveUpAt) {
      redialLater();
    } else {
      closed = true;
      owner.gaveUp(cause);
    }
  }

  private void renewWindow() {
    pauseMs = FIRST_PAUSE_MS;
    giveUpAt = System.nanoTime() + ports.config().agentRedialWindow().toNanos();
  }
}
