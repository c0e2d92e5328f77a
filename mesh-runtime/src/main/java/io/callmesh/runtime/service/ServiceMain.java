package io.callmesh.runtime.service;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.callmesh.runtime.config.CommonConfig;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every service's {@code main} does: settings, start, and a clean stop on SIGTERM. */
public final class ServiceMain {
  /** The exit code for a wrong setting: {@code EX_CONFIG} of sysexits.h. */
  public static final int EXIT_CONFIG = 78;

  private static final long START_LIMIT_S = 600;
  private static final long STOP_LIMIT_S = CommonConfig.LONGEST_DRAIN.plusMinutes(1).toSeconds();

  private ServiceMain() {}

  /**
   * Runs a service until SIGTERM. Ends the process with {@link #EXIT_CONFIG} and one sentence for a
   * wrong setting, with 1 for anything else that stops the start.
   *
   * @param defaults the service's defaults on the class path, such as {@code
   *     routing-defaults.properties}
   */
  public static void run(String defaults, MeshService.Factory factory) {
    Logger log = LoggerFactory.getLogger(ServiceMain.class);
    try {
      Settings settings = Settings.load(System.getenv(), defaults);
      MeshProcess.start(settings, List.of(factory), ServiceMain::stopOnSigterm)
          .await(START_LIMIT_S, SECONDS);
    } catch (ConfigException wrong) {
      log.error("{}", wrong.getMessage());
      System.exit(EXIT_CONFIG);
    } catch (Throwable cause) {
      log.error("cannot start: {}", cause.getMessage(), cause);
      System.exit(1);
    }
  }

  /** Stops the process cleanly when the JVM is told to end; the JVM waits for it. */
  public static void stopOnSigterm(MeshProcess process) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    process.stop().await(STOP_LIMIT_S, SECONDS);
                  } catch (Exception cause) {
                    LoggerFactory.getLogger(ServiceMain.class)
                        .error("did not stop cleanly: {}", cause.toString());
                  }
                },
                "callmesh-stop"));
  }
}
