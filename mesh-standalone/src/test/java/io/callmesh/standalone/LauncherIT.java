package io.callmesh.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.attribute.PosixFilePermissions.fromString;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./callmesh}, in a checkout that looks built and with a java made of shell. */
class LauncherIT {
  private static final String JDK_17 =
      """
      #!/bin/sh
      case "$1" in
        -version) echo 'openjdk version "17.0.1"' >&2 ;;
        *) for argument in "$@"; do echo "[$argument]"; done ;;
      esac
      """;

  private Path checkout;
  private Path javaHome;

  @BeforeEach
  void makeCheckout(@TempDir Path folder) throws IOException {
    checkout = Files.createDirectories(folder.resolve("a check out"));
    javaHome = folder.resolve("jdk");
    Files.createDirectories(javaHome.resolve("bin"));
    Files.createDirectories(checkout.resolve("mesh-standalone/src/main"));
    Files.createDirectories(checkout.resolve("docs"));
    Files.writeString(checkout.resolve("docs/openapi.yaml"), "openapi: 3.1.0");
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    Files.writeString(checkout.resolve("mesh-standalone/pom.xml"), "<project/>");
    Files.copy(Path.of("../callmesh"), checkout.resolve("callmesh"));
    executable(checkout.resolve("callmesh"));
    Files.createDirectories(jar().getParent());
    Files.writeString(jar(), "");
  }

  private Path jar() {
    return checkout.resolve("mesh-standalone/target/mesh-standalone.jar");
  }

  private static void executable(Path file) throws IOException {
    Path made = Files.setPosixFilePermissions(file, fromString("rwxr-xr-x"));
    assertThat(made).isExecutable();
  }

  private void java(String script) throws IOException {
    executable(Files.writeString(javaHome.resolve("bin/java"), script));
  }

  private record Ended(int exitCode, String output) {}

  private Ended run(Path launcher, String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = launcher.toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().remove("CALLMESH_JAVA_OPTS");
    Process process = builder.directory(javaHome.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), output);
  }

  @Test
  void runsTheJarFromAnotherDirectoryWithItsArgumentsUnchanged() throws Exception {
    java(JDK_17);
    Ended ended = run(checkout.resolve("callmesh"), "call", "--caller", "my voice.wav");
    assertThat(ended.output()).contains("[" + jar() + "]\n[call]\n[--caller]\n[my voice.wav]\n");
    assertThat(ended.exitCode()).isZero();
  }

  @Test
  void onlyShortCommandsDoWithoutTheOptimisingCompiler() throws Exception {
    java(JDK_17);
    assertThat(run(checkout.resolve("callmesh"), "call").output()).contains("TieredStopAtLevel");
    for (String lasting : List.of("up", "load")) {
      assertThat(run(checkout.resolve("callmesh"), lasting).output())
          .contains("[" + lasting + "]")
          .doesNotContain("TieredStopAtLevel");
    }
  }

  @Test
  void findsItsCheckoutThroughSymbolicLinks() throws Exception {
    java(JDK_17);
    Path absolute =
        Files.createSymbolicLink(javaHome.resolve("mesh"), checkout.resolve("callmesh"));
    Path relative = Files.createSymbolicLink(javaHome.resolve("cm"), Path.of("mesh"));
    assertThat(run(absolute, "--help").output()).contains("mesh-standalone.jar]\n[--help]\n");
    assertThat(run(relative, "--help").output()).contains("mesh-standalone.jar]\n[--help]\n");
  }

  @Test
  void javaThatOnlyFailsIsOneSentenceAndExitCode2() throws Exception {
    java("#!/bin/sh\necho 'Unable to locate a Java Runtime' >&2\nexit 1\n");
    Ended ended = run(checkout.resolve("callmesh"), "demo");
    assertThat(ended.output()).contains("set JAVA_HOME to JDK 17 or newer").hasLineCount(1);
    assertThat(ended.exitCode()).isEqualTo(2);
  }

  @Test
  void oldJdkIsOneSentenceAndExitCode2() throws Exception {
    java("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n");
    Ended ended = run(checkout.resolve("callmesh"), "demo");
    assertThat(ended.output()).contains("JDK 17 or newer is needed").hasLineCount(1);
    assertThat(ended.exitCode()).isEqualTo(2);
  }
}
