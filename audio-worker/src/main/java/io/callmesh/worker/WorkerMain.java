package io.callmesh.worker;

import io.callmesh.runtime.service.ServiceMain;

/** Runs audio-worker alone in this process. */
public final class WorkerMain {
  private WorkerMain() {}

  /**
   * Takes no arguments: settings come from the environment ({@code worker-defaults.properties}).
   */
  public static void main(String[] args) {
    ServiceMain.run("worker-defaults.properties", WorkerService::new);
  }
}
