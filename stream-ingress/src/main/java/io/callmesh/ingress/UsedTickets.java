package io.callmesh.ingress;

import io.callmesh.contracts.security.Ticket;
import io.vertx.core.Future;

/** Remembers which tickets were used: a port, behind which is whatever the cluster shares. */
@FunctionalInterface
interface UsedTickets {
  /**
   * Marks a ticket as used. Succeeds with true the first time in the whole cluster; fails when that
   * cannot be found out now.
   */
  Future<Boolean> useUp(Ticket ticket);
}
