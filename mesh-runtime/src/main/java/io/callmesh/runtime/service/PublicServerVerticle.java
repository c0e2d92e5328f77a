package io.callmesh.runtime.service;

import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.function.Supplier;

/** One event loop's share of the public server, with a router that all surfaces are mounted on. */
final class PublicServerVerticle extends VerticleBase {
  /**
   * A connection that is silent for this long is closed; streams have a watch of their own, since a
   * {@link io.callmesh.runtime.socket.FrameLane} takes this one away.
   */
  private static final int IDLE_SECONDS = 75;

  private static final int MAX_HEADER_BYTES = 16 * 1024;

  /** A webhook by GET has all its parameters here, a caller's SHAKEN passport among them. */
  private static final int MAX_REQUEST_LINE_BYTES = 16 * 1024;

  private final String address;
  private final int port;
  private final List<Supplier<HttpSurface>> surfaces;
  private int actualPort;

  PublicServerVerticle(String address, int port, List<Supplier<HttpSurface>> surfaces) {
    this.address = address;
    this.port = port;
    this.surfaces = List.copyOf(surfaces);
  }

  /** The port it listens on, known after its deployment. */
  int actualPort() {
    return actualPort;
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    Problem.answerFailuresOf(router);
    Future<?> mounted = Future.succeededFuture();
    for (Supplier<HttpSurface> surface : surfaces) {
      mounted = mounted.compose(done -> surface.get().mount(vertx, router));
    }
    return mounted.compose(done -> listen(router));
  }

  private Future<HttpServer> listen(Router router) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setIdleTimeout(IDLE_SECONDS)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
            // Nobody asks for it in clear text, so it would only be one more way in.
            .setHttp2ClearTextEnabled(false)
            // Twilio does not document compression of its streams, and audio does not compress.
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false);
    return vertx
        .createHttpServer(options)
        .requestHandler(router)
        .listen(port, address)
        .onSuccess(server -> actualPort = server.actualPort());
  }
}
