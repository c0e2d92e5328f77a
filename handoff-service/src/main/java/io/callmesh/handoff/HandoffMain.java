package io.callmesh.handoff;

import io.callmesh.runtime.service.ServiceMain;

/** Runs handoff-service alone in this process. */
public final class HandoffMain {
  private HandoffMain() {}

  /**
   * Takes no arguments: settings come from the environment ({@code handoff-defaults.properties}).
   */
  public static void main(String[] args) {
    ServiceMain.run("handoff-defaults.properties", HandoffService::new);
  }
}
