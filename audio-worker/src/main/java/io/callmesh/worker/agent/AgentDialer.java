package io.callmesh.worker.agent;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Opens WebSockets to agents, and to nothing else: every address of the host is checked against the
 * {@link AgentAddressPolicy}.
 *
 * <p>A name may lead elsewhere when it is looked up again, so a check alone is not enough. A {@code
 * ws} URL is connected at the checked address, with the name kept in the request. Vert.x 5.0.8
 * gives a WebSocket no way to do that under TLS (it ignores {@code setServer}); a {@code wss} URL
 * is connected by name, where the certificate has to prove the name before one byte of the request
 * is sent, and the address reached is checked again before the session begins.
 *
 * <p>For one event loop: connections live on the context that dials.
 */
public final class AgentDialer {
  /** Bytes of the largest message an agent may send; a larger one costs it the connection. */
  static final int MAX_MESSAGE_BYTES = 1 << 20;

  /**
   * Bytes that the kernel may hold for an agent: a second of PCM at 16 kHz. Left to grow, its
   * buffer would hide minutes of audio from the bounds we keep.
   */
  private static final int SEND_BUFFER_BYTES = 16 * 1024;

  /** HTTP statuses of a handshake that is not worth another try. */
  private static final Set<Integer> FINAL_ANSWERS = Set.of(400, 401, 403, 404);

  private final Vertx vertx;
  private final WebSocketClient client;
  private final HostLookup lookup;
  private final AgentAddressPolicy policy;
  private final AgentSecrets secrets;

  /** A dialer that uses a client made by {@link #clientOptions}. */
  public AgentDialer(
      Vertx vertx,
      WebSocketClient client,
      HostLookup lookup,
      AgentAddressPolicy policy,
      AgentSecrets secrets) {
    this.vertx = vertx;
    this.client = client;
    this.lookup = lookup;
    this.policy = policy;
    this.secrets = secrets;
  }

  /**
   * Options of the client: no compression, because audio does not shrink and costs memory for each
   * session; bounded messages; as many connections to one host as there can be sessions.
   */
  public static WebSocketClientOptions clientOptions(int sessions) {
    return new WebSocketClientOptions()
        .setMaxConnections(2 * sessions) // an old connection may still be closing
        .setMaxMessageSize(MAX_MESSAGE_BYTES)
        .setMaxFrameSize(MAX_MESSAGE_BYTES)
        .setTryUsePerMessageCompression(false)
        .setTryUsePerFrameCompression(false)
        .setClosingTimeout(2)
        .setSendBufferSize(SEND_BUFFER_BYTES)
        .setTcpNoDelay(true);
  }

  /**
   * Connects to an agent.
   *
   * @param accountId whose agent it is: the headers may name its secrets
   * @param subProtocol offered, and to be confirmed; null for none
   * @return succeeds with an open WebSocket that speaks the subprotocol, whose handlers must be set
   *     at once; fails with {@link AgentRefusedException} when trying again is of no use
   */
  public Future<WebSocket> dial(
      AgentEndpoint endpoint, String accountId, @Nullable String subProtocol, Duration timeout) {
    AgentUrl target;
    MultiMap headers;
    try {
      target = AgentUrl.parse(endpoint.url());
      headers = AgentHeaders.fill(endpoint.headers(), secrets, accountId);
    } catch (AgentRefusedException e) {
      return Future.failedFuture(e);
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    return lookup
        .addresses(target.host())
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .compose(addresses -> connect(target, checked(addresses), headers, subProtocol, deadline))
        .compose(this::recheck);
  }

  private InetAddress checked(List<InetAddress> addresses) {
    if (addresses.isEmpty() || !addresses.stream().allMatch(policy::allows)) {
      throw new AgentRefusedException("agent.url leads to an address that is not allowed");
    }
    return addresses.get(0);
  }

  private Future<WebSocket> connect(
      AgentUrl target,
      InetAddress address,
      MultiMap headers,
      @Nullable String subProtocol,
      long deadline) {
    long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
    WebSocketConnectOptions options =
        new WebSocketConnectOptions()
            .setHost(target.tls() ? target.host() : address.getHostAddress())
            .setPort(target.port())
            .setSsl(target.tls())
            .setURI(target.tls() ? target.target() : target.uri().toString());
    if (subProtocol != null) {
      options.addSubProtocol(subProtocol);
    }
    options.setHeaders(headers).setConnectTimeout(millis).setTimeout(millis);
    return within(millis, client.connect(options)).recover(AgentDialer::explained);
  }

  /** An agent that knows neither the key nor the path will not know them in a moment either. */
  private static Future<WebSocket> explained(Throwable cause) {
    if (cause instanceof UpgradeRejectedException rejected
        && FINAL_ANSWERS.contains(rejected.getStatus())) {
      return Future.failedFuture(
          new AgentRefusedException("the agent answers with status " + rejected.getStatus()));
    }
    return Future.failedFuture(cause);
  }

  /** Bounds the whole attempt; a connection that comes too late is closed. */
  private Future<WebSocket> within(long millis, Future<WebSocket> connecting) {
    Promise<WebSocket> connected = Promise.promise();
    long timer = vertx.setTimer(millis, id -> connected.tryFail(new TimeoutException()));
    connecting.onComplete(
        socket -> {
          vertx.cancelTimer(timer);
          if (!connected.tryComplete(socket)) {
            socket.close();
          }
        },
        cause -> {
          vertx.cancelTimer(timer);
          connected.tryFail(cause);
        });
    return connected.future();
  }

  private Future<WebSocket> recheck(WebSocket socket) {
    try {
      if (policy.allows(InetAddress.getByName(socket.remoteAddress().hostAddress()))) {
        return Future.succeededFuture(socket);
      }
    } catch (UnknownHostException e) {
      // falls through: an address that cannot be read is not one that is allowed
    }
    socket.close();
    return Future.failedFuture(new AgentRefusedException("agent.url led to another address"));
  }
}
