package io.callmesh.standalone.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A broker in a process of its own, on the cores of this one, so that a server has its own to
 * itself. Blocks.
 *
 * @param bootstrapServers where clients reach it
 */
record MeasuredBroker(MeasuredProcess process, String bootstrapServers) implements AutoCloseable {
  private static final String READY = "broker ready ";

  /** Starts one, and returns when it is ready. */
  static MeasuredBroker start(Path data) throws Exception {
    MeasuredProcess process =
        MeasuredProcess.start(
            MeasuredProcess.BEHIND,
            READY,
            Map.of(),
            List.of(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.callmesh.broker.BrokerMain",
                data.toString(),
                "0"));
    try {
      return new MeasuredBroker(process, process.awaitReady().replaceAll(".*" + READY, ""));
    } catch (Exception failure) {
      process.close();
      throw failure;
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
