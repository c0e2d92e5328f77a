package io.callmesh.broker;

import java.nio.file.Path;
import java.util.Map;

/**
 * The broker alone in a process. Arguments: {@code [dataDir [port]]}, or {@code
 * CALLMESH_BROKER_DATA} and {@code CALLMESH_BROKER_PORT}; the port is 0, a free one, unless given.
 * Prints one line, {@code broker ready <host:port>}, when clients can connect. SIGTERM stops it
 * cleanly. Exit code 78 and one sentence on standard error when it cannot start.
 */
public final class BrokerMain {
  private static final int BAD_CONFIGURATION = 78;

  private BrokerMain() {}

  /** Starts the broker; the process lives until it is told to stop. */
  public static void main(String[] args) {
    try {
      EmbeddedBroker broker = start(args, System.getenv());
      Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "callmesh-broker-stop"));
      System.out.println("broker ready " + broker.bootstrapServers());
    } catch (BrokerException e) {
      System.err.println(e.getMessage());
      System.exit(BAD_CONFIGURATION);
    }
  }

  private static EmbeddedBroker start(String[] args, Map<String, String> environment) {
    String dataDir = args.length > 0 ? args[0] : environment.get("CALLMESH_BROKER_DATA");
    String port = args.length > 1 ? args[1] : environment.getOrDefault("CALLMESH_BROKER_PORT", "0");
    if (dataDir == null || dataDir.isBlank()) {
      throw new BrokerException("CALLMESH_BROKER_DATA must be the broker's data directory.");
    }
    return EmbeddedBroker.start(Path.of(dataDir), port(port));
  }

  static int port(String text) {
    try {
      return portInRange(Integer.parseInt(text), text);
    } catch (NumberFormatException e) {
      throw badPort(text);
    }
  }

  private static int portInRange(int port, String text) {
    if (port < 0 || port > 65535) {
      throw badPort(text);
    }
    return port;
  }

  private static BrokerException badPort(String text) {
    return new BrokerException("CALLMESH_BROKER_PORT must be 0..65535, was '" + text + "'.");
  }
}
