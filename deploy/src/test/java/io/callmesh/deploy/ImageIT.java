package io.callmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.callmesh.runtime.service.ServiceMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lays a service out as its image does, from what the build left, and starts it. Needs the jars.
 */
class ImageIT {
  @TempDir private Path app;

  static Stream<String> services() {
    return DeployedService.all().stream().map(DeployedService::name);
  }

  /** Without settings a service says which one is missing: it was found, with all its libraries. */
  @ParameterizedTest
  @MethodSource("services")
  void findsItsMainClassAndItsLibraries(String service) throws Exception {
    List<String> copied = ImageTest.copiedFor(service);
    assumeTrue(
        copied.stream().allMatch(path -> Files.exists(Repository.path(path))),
        "the services' jars are not built: run this with mvn verify");
    Files.createSymbolicLink(app.resolve("lib"), Repository.path(copied.get(0)));
    Files.copy(Repository.path(copied.get(1)), app.resolve("service.jar"));

    Process process = start();
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    Files.delete(app.resolve("lib")); // the link alone: JUnit warns when it has to
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(log).contains("CALLMESH_KAFKA_BOOTSTRAP_SERVERS must be set");
    assertThat(process.exitValue()).isEqualTo(ServiceMain.EXIT_CONFIG);
  }

  private Process start() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder =
        new ProcessBuilder(java.toString(), "-XX:TieredStopAtLevel=1", "-jar", app + "/service.jar")
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("CALLMESH_"));
    return builder.start();
  }
}
