package io.callmesh.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.AgentHeader;
import io.callmesh.contracts.connector.AudioFormat;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.SelfSignedCertificate;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class AgentDialerTest {
  private static final String PROTOCOL = "callmesh.agent.v1";
  private static final String ACCOUNT = "acme";
  private static final Map<String, AgentHeader> HEADERS =
      Map.of(
          "X-Api-Key", new AgentHeader("k 1", null),
          "Origin", new AgentHeader("https://own.example", null));
  private static final Duration LONG = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();
  private final List<WebSocketClient> clients = new ArrayList<>(); // garbage closes its sockets
  private final BlockingQueue<ServerWebSocket> arrived = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void connectsAtTheAddressThatWasCheckedAndKeepsTheName() throws Exception {
    int port = agent(new HttpServerOptions().addWebSocketSubProtocol(PROTOCOL));
    AgentDialer dialer = dialer(true, "127.0.0.1");

    WebSocket socket =
        dial(dialer, "ws://agent.invalid:" + port + "/voice?tenant=a%20b")
            .await(10, TimeUnit.SECONDS);

    ServerWebSocket seen = arrived.take();
    assertThat(seen.headers().get("Host")).isEqualTo("agent.invalid:" + port);
    assertThat(seen.uri()).isEqualTo("/voice?tenant=a%20b");
    assertThat(socket.subProtocol()).isEqualTo(PROTOCOL);
    assertHeaders(seen);
  }

  @Test
  void dialsNothingWhenOneOfTheAddressesIsRefused() throws Exception {
    int port = agent(new HttpServerOptions().addWebSocketSubProtocol(PROTOCOL));

    assertRefused(dial(dialer(true, "127.0.0.1", "169.254.169.254"), "ws://agent.invalid:" + port));
    assertRefused(dial(dialer(false, "127.0.0.1"), "ws://agent.invalid:" + port));
    assertRefused(dial(dialer(false, "8.8.8.8", "10.0.0.1"), "wss://agent.invalid:" + port));
    assertRefused(dial(dialer(true), "ws://agent.invalid:" + port));
    assertThat(arrived).isEmpty();
  }

  @Test
  void refusesUrlsThatAreNoAgents() {
    assertRefused(dial(dialer(true, "127.0.0.1"), "http://agent.invalid/"));
  }

  /** A name that leads elsewhere the second time must still prove itself before it is asked. */
  @Test
  void asksNothingOfATlsServerThatCannotProveItsName() throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
    int port = tlsAgent(certificate);

    Future<WebSocket> dialled = dial(dialer(false, "8.8.8.8"), "wss://localhost:" + port + "/");

    assertThatThrownBy(() -> dialled.await(10, TimeUnit.SECONDS)).isInstanceOf(SSLException.class);
    assertThat(arrived).isEmpty();
    certificate.delete();
  }

  /** Trusted, but for another name: who answers is not whom the connector names. */
  @Test
  void asksNothingOfATlsServerWhoseCertificateIsForAnotherName() throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.create("agent.example");
    int port = tlsAgent(certificate);
    WebSocketClient client =
        client(AgentDialer.clientOptions(10).setTrustOptions(certificate.trustOptions()));

    Future<WebSocket> dialled =
        dial(dialer(client, true, "127.0.0.1"), "wss://localhost:" + port + "/");

    assertThatThrownBy(() -> dialled.await(10, TimeUnit.SECONDS))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining("localhost");
    assertThat(arrived).isEmpty();
    certificate.delete();
  }

  @Test
  void offersNoSubprotocolWhereThereIsNone() throws Exception {
    int port = agent(new HttpServerOptions());

    WebSocket socket =
        dialer(true, "127.0.0.1")
            .dial(endpoint("ws://agent.invalid:" + port), ACCOUNT, null, LONG)
            .await(10, TimeUnit.SECONDS);

    assertThat(socket.subProtocol()).isNull();
    assertThat(arrived.take().headers().contains("Sec-WebSocket-Protocol")).isFalse();
  }

  @Test
  void leavesATlsServerThatIsWhereItMayNotBe() throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
    String url = "wss://localhost:" + tlsAgent(certificate) + "/";
    WebSocketClient client =
        client(AgentDialer.clientOptions(10).setTrustOptions(certificate.trustOptions()));

    assertRefused(dial(dialer(client, false, "8.8.8.8"), url));
    WebSocket socket = dial(dialer(client, true, "8.8.8.8"), url).await(10, TimeUnit.SECONDS);

    assertThat(socket.isSsl()).isTrue();
    assertThat(arrived.take()).isNotNull(); // of the one that was refused
    assertHeaders(arrived.take());
    certificate.delete();
  }

  private static void assertHeaders(ServerWebSocket seen) {
    assertThat(seen.headers().getAll("X-Api-Key")).containsExactly("k 1");
    assertThat(seen.headers().getAll("Origin")).containsExactly("https://own.example");
  }

  private int tlsAgent(SelfSignedCertificate certificate) throws Exception {
    return agent(
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(certificate.keyCertOptions())
            .addWebSocketSubProtocol(PROTOCOL));
  }

  @Test
  void wantsTheSubprotocolConfirmed() throws Exception {
    int port = agent(new HttpServerOptions());

    Future<WebSocket> dialled = dial(dialer(true, "127.0.0.1"), "ws://agent.invalid:" + port);

    assertThatThrownBy(() -> dialled.await(10, TimeUnit.SECONDS))
        .isNotInstanceOf(AgentRefusedException.class);
  }

  @Test
  void offersNoSubprotocolWhereTheProtocolHasNone() throws Exception {
    int port = agent(new HttpServerOptions());

    WebSocket socket =
        dialer(true, "127.0.0.1")
            .dial(endpoint("ws://agent.invalid:" + port), ACCOUNT, null, LONG)
            .await(10, TimeUnit.SECONDS);

    assertThat(socket.subProtocol()).isNull();
    assertThat(arrived.take().headers().contains("Sec-WebSocket-Protocol")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"400, true", "401, true", "403, true", "404, true", "429, false", "503, false"})
  void takesTheAnswerOfAServerThatDoesNotWantUsForItsLast(int status, boolean last)
      throws Exception {
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
            .webSocketHandshakeHandler(handshake -> handshake.reject(status));
    int port = server.listen(0).await(10, TimeUnit.SECONDS).actualPort();

    Future<WebSocket> dialled = dial(dialer(true, "127.0.0.1"), "ws://agent.invalid:" + port);

    assertThatThrownBy(() -> dialled.await(10, TimeUnit.SECONDS))
        .isInstanceOf(last ? AgentRefusedException.class : UpgradeRejectedException.class);
  }

  @Test
  void givesUpOnAServerThatNeverAnswers() throws Exception {
    NetServer silent = vertx.createNetServer().connectHandler(socket -> {});
    int port = silent.listen(0, "127.0.0.1").await(10, TimeUnit.SECONDS).actualPort();

    Future<WebSocket> dialled =
        dialer(true, "127.0.0.1")
            .dial(
                endpoint("ws://agent.invalid:" + port), ACCOUNT, PROTOCOL, Duration.ofMillis(100));

    assertThatThrownBy(() -> dialled.await(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void givesUpOnANameServiceThatNeverAnswers() {
    Promise<List<InetAddress>> never = Promise.promise();
    AgentDialer dialer =
        new AgentDialer(
            vertx,
            client(new WebSocketClientOptions()),
            host -> never.future(),
            new AgentAddressPolicy(true),
            AgentSecrets.none());

    Future<WebSocket> dialled =
        dialer.dial(endpoint("ws://agent.invalid"), ACCOUNT, PROTOCOL, Duration.ofMillis(50));

    assertThatThrownBy(() -> dialled.await(10, TimeUnit.SECONDS))
        .isInstanceOf(TimeoutException.class);
  }

  private int agent(HttpServerOptions options) throws Exception {
    HttpServer server =
        vertx.createHttpServer(options.setHost("127.0.0.1")).webSocketHandler(arrived::add);
    return server.listen(0).await(10, TimeUnit.SECONDS).actualPort();
  }

  private AgentDialer dialer(boolean allowPrivate, String... addresses) {
    return dialer(client(AgentDialer.clientOptions(10)), allowPrivate, addresses);
  }

  private WebSocketClient client(WebSocketClientOptions options) {
    WebSocketClient client = vertx.createWebSocketClient(options);
    clients.add(client);
    return client;
  }

  private AgentDialer dialer(WebSocketClient client, boolean allowPrivate, String... addresses) {
    return new AgentDialer(
        vertx,
        client,
        host -> lookup(addresses),
        new AgentAddressPolicy(allowPrivate),
        AgentSecrets.none());
  }

  private static Future<List<InetAddress>> lookup(String... addresses) {
    List<InetAddress> found = new ArrayList<>();
    for (String address : addresses) {
      try {
        found.add(InetAddress.getByName(address));
      } catch (UnknownHostException e) {
        return Future.failedFuture(e);
      }
    }
    return Future.succeededFuture(found);
  }

  private static Future<WebSocket> dial(AgentDialer dialer, String url) {
    return dialer.dial(endpoint(url), ACCOUNT, PROTOCOL, LONG);
  }

  private static AgentEndpoint endpoint(String url) {
    return new AgentEndpoint(AgentEndpoint.Protocol.CALLMESH, url, AudioFormat.MULAW_8000, HEADERS);
  }

  private static void assertRefused(Future<WebSocket> dialled) {
    assertThatThrownBy(() -> dialled.await(10, TimeUnit.SECONDS))
        .isInstanceOf(AgentRefusedException.class);
  }
}
