package io.callmesh.ingress;

import io.callmesh.runtime.service.ServiceMain;

/** Runs stream-ingress alone in this process. */
public final class IngressMain {
  private IngressMain() {}

  /**
   * Takes no arguments: settings come from the environment ({@code ingress-defaults.properties}).
   */
  public static void main(String[] args) {
    ServiceMain.run("ingress-defaults.properties", IngressService::new);
  }
}
