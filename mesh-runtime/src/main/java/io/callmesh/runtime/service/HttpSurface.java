package io.callmesh.runtime.service;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

/**
 * A service's routes on one event loop of the public server. A surface may own state and event-bus
 * consumers: they live on the loop that its connections live on.
 */
@FunctionalInterface
public interface HttpSurface {
  /**
   * Mounts the routes, and registers what they need on the calling context. The server listens when
   * this has succeeded.
   */
  Future<?> mount(Vertx vertx, Router router);

  /** A surface without routes, for a service that takes no requests. */
  static HttpSurface none() {
    return (vertx, router) -> Future.succeededFuture();
  }
}
