package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.callmesh.broker.BrokerException;
import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.handoff.HandoffService;
import io.callmesh.ingress.IngressService;
import io.callmesh.routing.RoutingService;
import io.callmesh.runtime.config.CommonConfig;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.service.MeshProcess;
import io.callmesh.runtime.service.MeshService;
import io.callmesh.worker.WorkerService;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The four services in one process, with a broker of its own unless one is configured. Starting and
 * stopping block; not for an event loop.
 */
public final class StandaloneMesh implements AutoCloseable {
  private static final String BOOTSTRAP_SERVERS = "CALLMESH_KAFKA_BOOTSTRAP_SERVERS";
  private static final String PUBLIC_URL = "CALLMESH_PUBLIC_URL";
  private static final String PORT = "CALLMESH_PORT";
  private static final long START_LIMIT_S = 120;
  private static final long STOP_LIMIT_S = CommonConfig.LONGEST_DRAIN.plusMinutes(1).toSeconds();

  /** The services of the mesh, the ones that others ask first. */
  private static final List<MeshService.Factory> SERVICES =
      List.of(HandoffService::new, WorkerService::new, RoutingService::new, IngressService::new);

  private final @Nullable EmbeddedBroker broker;
  private final MeshProcess process;
  private final Settings settings;

  private StandaloneMesh(@Nullable EmbeddedBroker broker, MeshProcess process, Settings settings) {
    this.broker = broker;
    this.process = process;
    this.settings = settings;
  }

  /**
   * The settings of a mesh on its own: the environment's, over made-up secrets, over the defaults
   * of all four services.
   */
  static Settings settings(Map<String, String> environment, Map<String, String> madeUp) {
    Settings told =
        Settings.load(
            environment,
            "routing-defaults.properties",
            "ingress-defaults.properties",
            "worker-defaults.properties",
            "handoff-defaults.properties",
            "standalone-defaults.properties");
    Map<String, String> additions = new HashMap<>();
    madeUp.forEach(
        (name, value) -> {
          if (told.text(name).isEmpty()) {
            additions.put(name, value);
          }
        });
    if (told.text(PUBLIC_URL).isEmpty()) {
      additions.put(PUBLIC_URL, "http://localhost:" + told.required(PORT));
    }
    return told.with(additions);
  }

  /**
   * Starts the mesh and returns when it is ready.
   *
   * @param dataDir of the embedded broker; not touched when a broker is configured
   * @throws UserErrorException when a port or the directory is in use
   * @throws ConfigException for a wrong setting
   */
  public static StandaloneMesh start(Settings settings, Path dataDir) {
    EmbeddedBroker broker = null;
    try {
      Settings complete = settings;
      if (settings.text(BOOTSTRAP_SERVERS).isEmpty()) {
        broker = EmbeddedBroker.start(dataDir);
        complete = settings.with(Map.of(BOOTSTRAP_SERVERS, broker.bootstrapServers()));
      }
      MeshProcess process = MeshProcess.start(complete, SERVICES).await(START_LIMIT_S, SECONDS);
      return new StandaloneMesh(broker, process, complete);
    } catch (BrokerException broken) {
      throw new UserErrorException(String.valueOf(broken.getMessage()));
    } catch (Exception cause) {
      if (broker != null) {
        broker.close();
      }
      throw explained(cause, settings);
    }
  }

  /** Linux's transport has an exception of its own for it. */
  private static boolean portInUse(Throwable cause) {
    return cause instanceof BindException
        || (cause instanceof IOException
            && String.valueOf(cause.getMessage()).contains("Address already in use"));
  }

  private static RuntimeException explained(Exception cause, Settings settings) {
    for (Throwable link = cause; link != null; link = link.getCause()) {
      if (portInUse(link)) {
        return new UserErrorException(
            "port %s or %s is in use: set CALLMESH_PORT and CALLMESH_MANAGEMENT_PORT to free ones"
                .formatted(settings.required(PORT), settings.required("CALLMESH_MANAGEMENT_PORT")));
      }
      if (link instanceof ConfigException wrong) {
        return wrong;
      }
    }
    return cause instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException("the mesh did not start: " + cause, cause);
  }

  /** The settings it runs with. */
  Settings settings() {
    return settings;
  }

  /** The public port. */
  public int port() {
    return process.port();
  }

  /** The management port. */
  public int managementPort() {
    return process.managementPort();
  }

  /** The broker it uses, {@code host:port}. */
  String bootstrapServers() {
    return settings.required(BOOTSTRAP_SERVERS);
  }

  /** Drains, stops the services, then the broker. */
  @Override
  public void close() {
    try {
      process.stop().await(STOP_LIMIT_S, SECONDS);
    } catch (Exception cause) {
      throw new IllegalStateException("the mesh did not stop cleanly: " + cause, cause);
    } finally {
      if (broker != null) {
        broker.close();
      }
    }
  }
}
