package io.callmesh.runtime.config;

import java.time.Duration;

/**
 * What every process is told: its ports, its event loops, how long it may drain.
 *
 * @param listenAddress the address both servers listen on
 * @param port the public port; 0 in tests lets the system choose
 * @param managementPort the port of health and metrics; 0 likewise
 * @param eventLoops event loops, and instances of each verticle
 * @param drainDeadline how long calls may go on after SIGTERM
 */
public record CommonConfig(
    String listenAddress, int port, int managementPort, int eventLoops, Duration drainDeadline) {
  private static final int MAX_PORT = 65_535;

  /** As long as Twilio lets a call last. */
  public static final Duration LONGEST_DRAIN = Duration.ofHours(4);

  private static final int MAX_EVENT_LOOPS = 256;

  /** Reads and checks the settings. */
  public static CommonConfig from(Settings settings) {
    int loops = settings.integer("CALLMESH_EVENT_LOOPS", 0, MAX_EVENT_LOOPS);
    CommonConfig config =
        new CommonConfig(
            settings.required("CALLMESH_LISTEN_ADDRESS"),
            settings.integer("CALLMESH_PORT", 0, MAX_PORT),
            settings.integer("CALLMESH_MANAGEMENT_PORT", 0, MAX_PORT),
            loops == 0 ? Runtime.getRuntime().availableProcessors() : loops,
            settings.duration("CALLMESH_DRAIN_DEADLINE"));
    if (config.drainDeadline.compareTo(LONGEST_DRAIN) > 0) {
      throw new ConfigException(
          "CALLMESH_DRAIN_DEADLINE must be at most 4h, was "
              + config.drainDeadline.toSeconds()
              + "s");
    }
    if (config.port != 0 && config.port == config.managementPort) {
      throw new ConfigException(
          "CALLMESH_MANAGEMENT_PORT must differ from CALLMESH_PORT, both were " + config.port);
    }
    return config;
  }
}
