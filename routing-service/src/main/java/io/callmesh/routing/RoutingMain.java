package io.callmesh.routing;

import io.callmesh.runtime.service.ServiceMain;

/** Runs routing-service alone in this process. */
public final class RoutingMain {
  private RoutingMain() {}

  /**
   * Takes no arguments: settings come from the environment ({@code routing-defaults.properties}).
   */
  public static void main(String[] args) {
    ServiceMain.run("routing-defaults.properties", RoutingService::new);
  }
}
