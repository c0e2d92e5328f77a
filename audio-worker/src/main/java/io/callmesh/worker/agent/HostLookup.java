package io.callmesh.worker.agent;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.List;

/** Finds the addresses of a host: a port, so that tests need no name service. */
@FunctionalInterface
public interface HostLookup {
  /** All addresses of a name or literal; fails when there is none. Never blocks the caller. */
  Future<List<InetAddress>> addresses(String host);
}
