package io.callmesh.runtime.service;

import io.vertx.core.Future;

/** One of the four services, as the process that runs it knows it. */
public interface MeshService {
  /** Its name: in logs, in events' {@code source}, as the image's. */
  String name();

  /**
   * Deploys its verticles. Called once, after every table has been read. The process is ready when
   * this and all surfaces have succeeded.
   */
  Future<?> start();

  /**
   * What it mounts on the public server. Called once for each event loop, on that loop, after
   * {@link #start()}.
   */
  HttpSurface surface();

  /**
   * What it mounts on the management port, for operators. Called once, before {@link #start()}, on
   * an event loop that none of its verticles need be on.
   */
  default HttpSurface managementSurface() {
    return HttpSurface.none();
  }

  /**
   * Whether it mounts anything at all on the public server; a process of services that do not has
   * no public port.
   */
  default boolean takesRequests() {
    return true;
  }

  /**
   * Takes no new calls from now on; succeeds when none is left. The process gives up waiting at its
   * drain deadline.
   */
  Future<?> drain();

  /** Makes a service from what its process offers; may throw {@code ConfigException}. */
  @FunctionalInterface
  interface Factory {
    /** The service, not started; it has asked for its tables. */
    MeshService create(ServiceContext context);
  }
}
