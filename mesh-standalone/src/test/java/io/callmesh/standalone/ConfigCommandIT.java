package io.callmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.runtime.config.Settings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code callmesh config} and {@code callmesh preview} against a whole mesh. */
class ConfigCommandIT {
  private static final String KEY = "the-key-of-this-test";
  private static final String DOCUMENT =
      """
      connectors:
      - name: support
        agent: {url: "wss://agent.example/calls"}
        destinations:
        - {name: people, route: WW0123456789abcdef0123456789abcdef}
      - name: sales
      phoneNumbers:
      - {number: "%s", connector: support}
      """;

  @TempDir private static Path data;
  private static StandaloneMesh mesh;
  private static int numbers;

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();
  private final String number = "+1415555%04d".formatted(++numbers);
  private String project;
  private Path file;

  @BeforeAll
  static void start() {
    List<Integer> ports = FreePorts.find(2);
    Settings settings =
        StandaloneMesh.settings(
            Map.of(
                "CALLMESH_PORT",
                String.valueOf(ports.get(0)),
                "CALLMESH_MANAGEMENT_PORT",
                String.valueOf(ports.get(1)),
                "CALLMESH_LISTEN_ADDRESS",
                "127.0.0.1",
                "CALLMESH_ADMIN_API_KEY",
                KEY),
            StandaloneSecrets.fresh());
    mesh = StandaloneMesh.start(settings, data);
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  @BeforeEach
  void writeDocument(TestInfo test) throws Exception {
    project = test.getTestMethod().orElseThrow().getName();
    file = Files.writeString(folder.resolve("config.yaml"), DOCUMENT.formatted(number));
  }

  @Test
  void previewsACallToAConfiguredNumber() {
    assertThat(apply(null, "--yes")).isZero();

    int exit =
        preview("--number", number, "--outcome", "handoff", "--data", "{\"customer_id\":\"c-7\"}");

    assertThat(exit).as(err.toString()).isZero();
    assertThat(printed())
        .contains("1. voice", "<Connect action=", "2. connect-action", "<Enqueue")
        .contains("to people (flex)", "\"customer_id\":\"c-7\"");
  }

  @Test
  void saysWhatIsWrongWithAPreview() {
    assertThat(preview("--number", "+15005550006")).isEqualTo(2);
    assertThat(err.toString()).contains("+15005550006 leads to no connector in this project");
    assertThat(preview("--number", "12", "--then", "perhaps")).isEqualTo(2);
    assertThat(err.toString())
        .contains("#/number must be an E.164 number", "#/transferResults/0 must be completed");
    assertThat(preview("--number", number, "--outcome", "handoff", "--data", "{")).isEqualTo(2);
    assertThat(err.toString()).contains("--data must be a JSON object");
    assertThat(preview("--outcome", "handoff")).isEqualTo(2);
  }

  private int preview(String... arguments) {
    return run(new PreviewCommand(Map.of("CALLMESH_API_KEY", KEY), stream()), arguments);
  }

  private int export(String... arguments) {
    return run(new ConfigExportCommand(Map.of("CALLMESH_API_KEY", KEY), stream()), arguments);
  }

  private int apply(@Nullable Function<String, @Nullable String> terminal, String... arguments) {
    ConfigApplyCommand command =
        new ConfigApplyCommand(Map.of("CALLMESH_ADMIN_API_KEY", KEY), stream(), terminal);
    List<String> all = new ArrayList<>(List.of(file.toString(), "--account", "demo-account"));
    all.addAll(List.of(arguments));
    return run(command, all.toArray(String[]::new));
  }

  private int run(Object command, String... arguments) {
    out.reset();
    String[] all = new String[arguments.length + 4];
    all[0] = "--project";
    all[1] = project;
    all[2] = "--url";
    all[3] = "http://127.0.0.1:" + mesh.port();
    System.arraycopy(arguments, 0, all, 4, arguments.length);
    return new CommandLine(command)
        .setOverwrittenOptionsAllowed(true)
        .setErr(new PrintWriter(err))
        .setExecutionExceptionHandler((cause, line, result) -> Callmesh.explain(cause, line))
        .execute(all);
  }

  private PrintStream stream() {
    return new PrintStream(out, true, StandardCharsets.UTF_8);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void appliesADocumentAndExportsWhatChangesNothing() throws Exception {
    assertThat(apply(null, "--yes")).isZero();
    assertThat(printed())
        .contains("+ connector support\n+ connector sales\n+ phone number " + number)
        .contains("3 to create, 0 to change, 0 to delete.", "Applied.")
        .containsPattern("support: cmt\\.conn-")
        .doesNotContain("\u001B");

    for (String name : List.of("again.yaml", "again.json")) {
      file = folder.resolve(name);
      String format = name.substring(name.indexOf('.') + 1);
      assertThat(export("--format", format, "--output", file.toString())).isZero();
      assertThat(Files.readString(file)).contains("wss://agent.example/calls");
      assertThat(apply(null, "--yes")).isZero();
      assertThat(printed()).startsWith("Nothing to change");
    }
    assertThat(export()).isZero();
    assertThat(printed()).startsWith("connectors:\n- connectorId: conn-");
  }

  @Test
  void printsWhatDiffersAndAsks() throws Exception {
    assertThat(apply(null, "--yes")).isZero();
    Files.writeString(
        file,
        DOCUMENT
            .formatted(number)
            .replace("agent.example", "new.example")
            .replace("- name: sales\n", ""));

    assertThat(apply(question -> "no")).isZero();
    assertThat(printed())
        .contains("\u001B[33m~ connector support")
        .contains("~ agent.url: \"wss://agent.example/calls\" -> \"wss://new.example/calls\"")
        .contains("\u001B[31m- connector sales")
        .endsWith("Nothing was applied.\n");
    assertThat(apply(question -> null)).isZero();
    assertThat(printed()).endsWith("Nothing was applied.\n");
    assertThat(apply(question -> "Yes")).isZero();
    assertThat(printed()).endsWith("Applied.\n");
    assertThat(apply(null)).isZero();
    assertThat(printed()).startsWith("Nothing to change");
  }

  @Test
  void makesNoChangesOnADryRunOrWithoutAYes() {
    assertThat(apply(null, "--dry-run")).isZero();
    assertThat(printed()).contains("+ connector support", "A dry run");
    assertThat(apply(null)).isEqualTo(2);
    assertThat(err.toString()).contains("--yes");

    assertThat(export("--format", "json")).isZero();
    assertThat(printed().strip()).isEqualTo("{\"connectors\":[],\"phoneNumbers\":[]}");
  }

  @Test
  void asksWhoseANewProjectIs() {
    ConfigApplyCommand command =
        new ConfigApplyCommand(Map.of("CALLMESH_ADMIN_API_KEY", KEY), stream(), null);

    assertThat(run(command, file.toString(), "--yes")).isEqualTo(2);
    assertThat(err.toString()).contains("nobody has anything in this project yet", "--account");
  }

  @Test
  void refusesToOverwriteWhatChangesWhileItAsks() {
    MeshApi api = new MeshApi(URI.create("http://127.0.0.1:" + mesh.port()), KEY);

    int code =
        apply(
            question -> {
              assertThat(api.createConnector(project, DemoConnector.body("wss://a.example")))
                  .isNotNull();
              return "y";
            });

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("somebody changed the configuration meanwhile");
  }

  @Test
  void listsEveryFault() throws Exception {
    Files.writeString(file, "connectors: [{nme: a}]\nphoneNumbers: [{number: 12}]\n");

    assertThat(apply(null, "--yes")).isEqualTo(2);
    assertThat(err.toString())
        .contains("put this right first:")
        .contains("\n  #/connectors/0/name is required")
        .contains("\n  #/connectors/0/nme is unknown here")
        .contains("\n  #/phoneNumbers/0/number must be an E.164 number in quotes");
  }

  @Test
  void tellsWhereAFileIsNoYaml() throws Exception {
    Files.writeString(file, "connectors: [\n");

    assertThat(apply(null, "--yes")).isEqualTo(2);
    assertThat(err.toString()).contains("the body must be YAML").contains("line");
  }

  @Test
  void namesTheRemedy() throws Exception {
    assertThat(export("--api-key", "wrong")).isEqualTo(2);
    assertThat(err.toString()).contains("does not know this API key: give --api-key");
    assertThat(export("--api-key", "two words")).isEqualTo(2);
    assertThat(err.toString()).contains("copy it again").doesNotContain("two words");
    assertThat(run(new ConfigExportCommand(Map.of(), stream()))).isEqualTo(2);
    assertThat(err.toString()).contains("an API key is needed: give --api-key");
    assertThat(export("--url", "http://127.0.0.1:" + FreePorts.find(1).get(0))).isEqualTo(2);
    assertThat(err.toString()).contains("no mesh answers at", "callmesh up");
    assertThat(export("--url", "http://127.0.0.1:" + mesh.managementPort())).isEqualTo(2);
    assertThat(err.toString()).contains("is --url right");
    assertThat(export("--url", "localhost:8080")).isEqualTo(2);
    assertThat(err.toString()).contains("--url must be http(s)://");
    assertThat(export("--output", folder.resolve("no/such/folder").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("give another --output");
    file = folder.resolve("nowhere.yaml");
    assertThat(apply(null, "--yes")).isEqualTo(2);
    assertThat(err.toString()).contains("nowhere.yaml cannot be read");
  }
}
