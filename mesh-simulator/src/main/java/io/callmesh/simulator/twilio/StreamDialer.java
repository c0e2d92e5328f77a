package io.callmesh.simulator.twilio;

import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.simulator.twilio.MeshAddress.Route;
import io.vertx.core.Future;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Collections;

/** Opens a stream's WebSocket, or says in Twilio's words and numbers why not. */
final class StreamDialer {
  private static final long TIMEOUT_MS = 15_000;

  private final WebSocketClient sockets;
  private final MeshAddress mesh;
  private final Webhooks webhooks;

  StreamDialer(WebSocketClient sockets, MeshAddress mesh, Webhooks webhooks) {
    this.sockets = sockets;
    this.mesh = mesh;
    this.webhooks = webhooks;
  }

  /** Succeeds with the open socket; fails with an exception whose message is the stream error. */
  Future<WebSocket> dial(Verb.Stream stream) {
    if (!stream.track().equals("inbound_track")) {
      return refused("31941 invalid track " + stream.track());
    }
    URI url;
    try {
      url = new URI(stream.url());
    } catch (URISyntaxException e) {
      return refused("31923 malformed URL");
    }
    String scheme = MeshAddress.scheme(url);
    if (!scheme.equals("wss") && !scheme.equals("ws")) {
      return refused("31922 scheme not supported: '" + scheme + "'");
    }
    return url.getHost() == null ? refused("31923 malformed URL") : connect(mesh.stream(url));
  }

  private Future<WebSocket> connect(Route route) {
    WebSocketConnectOptions options =
        new WebSocketConnectOptions()
            .setHost(route.host())
            .setPort(route.port())
            .setSsl(route.tls())
            .setURI(route.target())
            .setTimeout(TIMEOUT_MS);
    options.putHeader(
        TwilioSignature.HEADER, webhooks.sign(route.signed(), Collections.emptySortedMap()));
    return sockets.connect(options).recover(cause -> refused(inTwiliosWords(cause)));
  }

  private static String inTwiliosWords(Throwable cause) {
    return cause instanceof UpgradeRejectedException rejected
        ? "31920 handshake answered " + rejected.getStatus()
        : "31901 no connection: " + cause.getMessage();
  }

  private static Future<WebSocket> refused(String error) {
    return Future.failedFuture(error);
  }
}
