package io.callmesh.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerMainIT {
  private static final int WARNS_OF_UNSAFE = 24;

  @TempDir Path directory;

  @Test
  void saysWhenItIsReadyAndStopsCleanlyOnSigterm() throws Exception {
    Process process = run(directory.resolve("data").toString());
    try (BufferedReader output = process.inputReader(UTF_8)) {
      assertThat(output.readLine()).matches("broker ready 127\\.0\\.0\\.1:\\d+");
      assertThat(process.toHandle().destroy()).isTrue(); // Process.destroy would close the output
      assertThat(process.waitFor(20, SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(128 + 15);
      assertThat(directory.resolve("data/log/.kafka_cleanshutdown")).exists();
      assertThat(output.readLine()).isNull();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(stderr())).isEmpty();
  }

  @Test
  void exitsWithOneSentenceWhenItCannotStart() throws Exception {
    Process process = run(directory.resolve("data").toString(), "seventy");
    assertThat(process.waitFor(20, SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(78);
    assertThat(Files.readString(stderr()).strip())
        .isEqualTo("CALLMESH_BROKER_PORT must be 0..65535, was 'seventy'.");
  }

  @Test
  void refusesAPortOutOfRange() {
    assertThat(BrokerMain.port("9092")).isEqualTo(9092);
    assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> BrokerMain.port("65536"));
    assertThatExceptionOfType(BrokerException.class).isThrownBy(() -> BrokerMain.port("-1"));
  }

  private Path stderr() {
    return directory.resolve("stderr");
  }

  private Process run(String... arguments) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    if (Runtime.version().feature() >= WARNS_OF_UNSAFE) {
      // Kafka's libraries load native code and use sun.misc.Unsafe on purpose.
      builder.command().add("--enable-native-access=ALL-UNNAMED");
      builder.command().add("--sun-misc-unsafe-memory-access=allow");
    }
    builder.command().addAll(List.of("-cp", System.getProperty("java.class.path")));
    builder.command().add(BrokerMain.class.getName());
    builder.command().addAll(List.of(arguments));
    return builder.redirectError(stderr().toFile()).start();
  }
}
