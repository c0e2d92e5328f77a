package io.callmesh.simulator.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ServerProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void hearsWhatACommandSays() throws Exception {
    assertThat(ServerProcess.output(List.of("echo", "used"), LIMIT)).contains("used\n");
  }

  @Test
  void commandThatFailsSaysNothing() throws Exception {
    assertThat(ServerProcess.output(List.of("sh", "-c", "echo used; exit 1"), LIMIT)).isEmpty();
  }

  @Test
  @Timeout(60)
  void commandThatDoesNotEndIsEnded() throws Exception {
    List<String> endless = List.of("sh", "-c", "echo used; exec sleep 600");
    assertThat(ServerProcess.output(endless, Duration.ofMillis(200))).isEmpty();
  }

  @Test
  void tellsTheHeapOfAJvmAndOfNothingElse() throws Exception {
    long self = ProcessHandle.current().pid();
    assertThat(new ServerProcess(self).heapAfterCollection().orElse(0)).isPositive();

    Process shell = new ProcessBuilder("/bin/sh", "-c", "read line").start();
    try {
      assertThat(new ServerProcess(shell.pid()).heapAfterCollection()).isEmpty();
    } finally {
      shell.destroy();
    }
  }
}
