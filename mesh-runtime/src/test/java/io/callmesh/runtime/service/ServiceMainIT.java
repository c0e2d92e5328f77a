package io.callmesh.runtime.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.broker.EmbeddedBroker;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.security.ApiKeys;
import io.vertx.core.Future;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service's process, from the outside. */
@Timeout(60)
class ServiceMainIT {
  /** What a service's own main class is like. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) {
      ServiceMain.run(
          "mesh-defaults.properties", context -> new Idle(ApiKeys.table(context.tables())));
    }
  }

  private record Idle(KafkaTable<ApiKey> table) implements MeshService {
    @Override
    public String name() {
      return "idle";
    }

    @Override
    public Future<?> start() {
      return Future.succeededFuture();
    }

    @Override
    public HttpSurface surface() {
      return HttpSurface.none();
    }

    @Override
    public Future<?> drain() {
      return Future.succeededFuture();
    }
  }

  @Test
  void saysInOneSentenceWhichSettingIsWrong() throws Exception {
    Process process = start(Map.of("CALLMESH_PORT", "eighty"));
    List<String> lines = process.inputReader(UTF_8).lines().toList();

    assertThat(process.waitFor()).isEqualTo(ServiceMain.EXIT_CONFIG).isEqualTo(78);
    assertThat(lines)
        .singleElement()
        .asString()
        .contains("CALLMESH_PORT must be a whole number 0..65535, was 'eighty'");
  }

  @Test
  void saysThatTheBrokerIsMissing() throws Exception {
    Process process = start(Map.of());
    String output = process.inputReader(UTF_8).lines().collect(Collectors.joining("\n"));

    assertThat(process.waitFor()).isEqualTo(78);
    assertThat(output).contains("CALLMESH_KAFKA_BOOTSTRAP_SERVERS must be set");
  }

  @Test
  void stopsCleanlyOnSigterm(@TempDir Path data) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(data)) {
      Process process =
          start(Map.of("CALLMESH_KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers()));
      BufferedReader output = process.inputReader(UTF_8);
      assertThat(output.readLine()).contains("ready: [idle] on port");

      // Process.destroy would close the output, too.
      assertThat(process.toHandle().destroy()).isTrue();
      List<String> rest = output.lines().toList();

      assertThat(process.waitFor(30, SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
      assertThat(rest).hasSize(2);
      assertThat(rest.get(0)).contains("draining");
      assertThat(rest.get(1)).contains("stopped");
    }
  }

  private static Process start(Map<String, String> settings) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Dlogback.configurationFile=logback.xml",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName());
    builder.redirectErrorStream(true);
    builder.environment().clear();
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "CALLMESH_LISTEN_ADDRESS", "127.0.0.1",
                "CALLMESH_MANAGEMENT_PORT", "0",
                "CALLMESH_EVENT_LOOPS", "1",
                "CALLMESH_LOG_FORMAT", "text"));
    environment.put("CALLMESH_PORT", "0");
    environment.putAll(settings);
    builder.environment().putAll(environment);
    return builder.start();
  }
}
