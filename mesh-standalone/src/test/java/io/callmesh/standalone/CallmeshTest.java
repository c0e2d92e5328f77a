package io.callmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the callmesh command says, and its exit codes, before anything is started. */
class CallmeshTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine command = Callmesh.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(arguments);
  }

  @Test
  void helpExplainsEveryCommand() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("demo", "up", "call", "agent", "load", "conformance", "config", "Exit codes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "up", "call", "agent", "load", "conformance", "config"})
  void everyCommandHasHelp(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out.toString()).contains("Usage: callmesh " + command);
  }

  @Test
  void missingWavIsOneSentenceAndExitCode2(@TempDir Path folder) {
    Path missing = folder.resolve("nobody.wav");
    assertThat(run("demo", "--caller", missing.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("nobody.wav").hasLineCount(1);
  }

  @Test
  void unreadableWavIsOneSentenceAndExitCode2(@TempDir Path folder) throws Exception {
    Path text = Files.writeString(folder.resolve("words.wav"), "these are words, not samples");
    assertThat(run("demo", "--caller", text.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("words.wav").hasLineCount(1);
  }

  @Test
  void recordingThatCannotBeWrittenIsExitCode2(@TempDir Path folder) {
    assertThat(run("demo", "--record", folder.resolve("no/such/folder.wav").toString()))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--record");
  }

  @Test
  void unknownOptionIsExitCode2() {
    assertThat(run("demo", "--loud")).isEqualTo(2);
    assertThat(err.toString()).contains("--loud");
  }
}
