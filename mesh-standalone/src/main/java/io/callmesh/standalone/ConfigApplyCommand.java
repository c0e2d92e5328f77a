package io.callmesh.standalone;

import io.callmesh.simulator.cli.Terminal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code callmesh config apply}: makes a project as a file says. */
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Makes a project as a document says; what the document lacks is deleted.",
      "Shows the changes first, and asks. Nothing is applied when anything is",
      "wrong, or when somebody else has changed the project in between. Applying it",
      "again changes nothing.",
      ""
    })
public final class ConfigApplyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "YAML, or JSON when its name ends so.")
  private @Nullable Path file;

  @Mixin private MeshOptions mesh;

  @Option(names = "--dry-run", description = "Shows the changes, and makes none.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Applies them without asking; needed without a terminal.")
  private boolean yes;

  private final Map<String, String> environment;
  private final PrintStream out;
  private final @Nullable Function<String, @Nullable String> terminal;

  /** The command with the process's environment, output and terminal. */
  public ConfigApplyCommand() {
    this(System.getenv(), System.out, Terminal.attached() ? ConfigApplyCommand::ask : null);
  }

  private static @Nullable String ask(String question) {
    System.out.print(question);
    System.out.flush();
    try {
      return new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()))
          .readLine();
    } catch (IOException closed) {
      return null;
    }
  }

  /**
   * @param terminal asks somebody a question; null when nobody is there
   */
  ConfigApplyCommand(
      Map<String, String> environment,
      PrintStream out,
      @Nullable Function<String, @Nullable String> terminal) {
    this.environment = environment;
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Path document = Objects.requireNonNull(file, "picocli wants it");
    String text = read(document);
    MeshApi api = mesh.api(environment);
    ConfigAnswer planned = put(api, document, text, true, null);
    JsonArray changes = new JsonObject(planned.body()).getJsonArray("changes");
    if (changes.isEmpty()) {
      out.println("Nothing to change: the project is as " + document + " says.");
      return 0;
    }
    new ConfigDiff(out, terminal != null).print(changes);
    if (dryRun) {
      out.println("A dry run: nothing was applied.");
    } else if (isWanted()) {
      applied(put(api, document, text, false, planned.tag()));
    } else {
      out.println("Nothing was applied.");
    }
    return 0;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UserErrorException(file + " cannot be read as text in UTF-8: give another file");
    }
  }

  private ConfigAnswer put(
      MeshApi api, Path document, String text, boolean dry, @Nullable String tag) {
    String mediaType = ConfigFileFormat.of(document).mediaType();
    return ConfigAnswer.of(
        api.putConfig(mesh.project(), mesh.account(), mediaType, text, dry, tag));
  }

  private boolean isWanted() {
    if (yes) {
      return true;
    }
    if (terminal == null) {
      throw new UserErrorException("nothing was applied: give --yes where nobody can be asked");
    }
    String answer = terminal.apply("Apply these changes? [y/N] ");
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }

  private void applied(ConfigAnswer answer) {
    out.println("Applied.");
    JsonObject tokens = new JsonObject(answer.body()).getJsonObject("connectorTokens");
    if (!tokens.isEmpty()) {
      out.println("New connector tokens, shown this once:");
      tokens.forEach(token -> out.println("  " + token.getKey() + ": " + token.getValue()));
    }
  }
}
