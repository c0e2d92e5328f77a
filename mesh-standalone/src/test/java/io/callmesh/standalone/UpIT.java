package io.callmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.audio.WavFile;
import io.vertx.core.json.JsonObject;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The callmesh command in processes of its own, as a person uses it. */
class UpIT {
  private static final String JAR = "target/mesh-standalone.jar";

  @Test
  void staysUpIsCalledAndRemembersAfterARestart(@TempDir Path folder) throws Exception {
    Path data = folder.resolve("data");
    List<Integer> ports = FreePorts.find(2);
    Map<String, String> environment = environment(ports, data);
    JavaProcess first = up(environment, "--with-demo-agent");
    try {
      first.awaitReady();
      String key = value(first.output(), "API key\\s+(\\S+)");
      JsonObject call = call(first.output(), folder, ports.get(0));
      assertThat(call.getBoolean("ok")).as(call.encode()).isTrue();
      assertThat(call.getJsonObject("enqueued").getString("workflowSid"))
          .isEqualTo(DemoConnector.WORKFLOW_SID);
      assertThat(first.stop()).isEqualTo(143);
      assertThat(first.output()).contains("Stopped.");

      JavaProcess second = up(environment, "--with-demo-agent");
      try {
        second.awaitReady();
        assertThat(value(second.output(), "connector (conn-\\w+)"))
            .isEqualTo(value(first.output(), "connector (conn-\\w+)"));
        assertThat(value(second.output(), "API key\\s+(\\S+)")).isEqualTo(key);
        MeshApi api = new MeshApi(URI.create("http://localhost:" + ports.get(0)), key);
        assertThat(api.numbers(DemoConnector.PROJECT).encode()).contains(DemoConnector.NUMBER);
        assertThat(api.handoffState(call.getString("callSid")).getJsonObject("data").isEmpty())
            .isFalse();
        assertThat(second.stop()).isEqualTo(143);
      } finally {
        second.kill();
      }
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(data.resolve("secrets.properties"))))
          .isEqualTo("rw-------");
    } catch (Throwable failure) {
      System.err.println(first.output());
      throw failure;
    } finally {
      first.kill();
    }
  }

  @Test
  void portInUseIsOneSentenceAndExitCode2(@TempDir Path folder) throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      int free = FreePorts.find(1).get(0);
      JavaProcess up = up(environment(List.of(taken.getLocalPort(), free), folder.resolve("data")));
      assertThat(up.awaitExit()).as(up.output()).isEqualTo(2);
      assertThat(up.output()).contains("port " + taken.getLocalPort()).contains("CALLMESH_PORT");
      assertThat(up.output()).doesNotContain("\tat ");
    }
  }

  @Test
  void wrongVariableIsOneSentenceAndExitCode78(@TempDir Path folder) throws Exception {
    Map<String, String> environment =
        new HashMap<>(environment(FreePorts.find(2), folder.resolve("data")));
    environment.put("CALLMESH_WORKER_CAPACITY", "many");
    JavaProcess up = up(environment);
    assertThat(up.awaitExit()).as(up.output()).isEqualTo(78);
    assertThat(up.output()).contains("CALLMESH_WORKER_CAPACITY must be a whole number");
    assertThat(up.output()).doesNotContain("\tat ");
  }

  private static Map<String, String> environment(List<Integer> ports, Path data) {
    return Map.of(
        "CALLMESH_PORT", String.valueOf(ports.get(0)),
        "CALLMESH_MANAGEMENT_PORT", String.valueOf(ports.get(1)),
        "CALLMESH_LISTEN_ADDRESS", "127.0.0.1",
        "CALLMESH_DATA", data.toString());
  }

  private static JavaProcess up(Map<String, String> environment, String... options)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-jar", JAR, "up"));
    arguments.addAll(List.of(options));
    String ready = options.length == 0 ? "Ctrl-C stops it" : "Try it:";
    return JavaProcess.start("up", ready, environment, arguments);
  }

  /** Types the very line that {@code up} printed. */
  private static JsonObject call(String output, Path folder, int port) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-jar", JAR));
    arguments.addAll(List.of(value(output, "Try it: +\\./callmesh (call .*)").split(" ")));
    Path words = folder.resolve("words.wav");
    WavFile.writeMono8k(words, Arrays.copyOf(SpokenAudio.caller(), 2 * WavFile.RATE));
    arguments.addAll(List.of("--json", "--caller", words.toString()));
    arguments.addAll(List.of("--record", folder.resolve("call.wav").toString()));
    assertThat(arguments).contains("http://localhost:" + port);
    JavaProcess call = JavaProcess.start("call", "\"callSid\"", Map.of(), arguments);
    assertThat(call.awaitExit()).as(call.output()).isZero();
    return new JsonObject(call.awaitReady());
  }

  private static String value(String output, String pattern) {
    java.util.regex.Matcher matcher = java.util.regex.Pattern.compile(pattern).matcher(output);
    assertThat(matcher.find()).as("%s in %s", pattern, output).isTrue();
    return matcher.group(1);
  }
}
