package io.callmesh.standalone;

import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code callmesh config export}: writes a project's configuration. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes a project's whole configuration as one document, to keep in git and to apply again.",
      ""
    })
public final class ConfigExportCommand implements Callable<Integer> {
  @Mixin private MeshOptions mesh;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "yaml",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private ConfigFileFormat format;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where it goes. Default: standard output")
  private @Nullable Path output;

  private final Map<String, String> environment;
  private final PrintStream out;

  /** The command with the process's environment and output. */
  public ConfigExportCommand() {
    this(System.getenv(), System.out);
  }

  ConfigExportCommand(Map<String, String> environment, PrintStream out) {
    this.environment = environment;
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    HttpResponse<String> answer =
        mesh.api(environment).config(mesh.project(), mesh.account(), format.mediaType());
    String document = ConfigAnswer.of(answer).body();
    if (output == null) {
      out.println(document.strip());
    } else {
      write(output, document);
    }
    return 0;
  }

  private static void write(Path file, String document) {
    try {
      Path written = Files.writeString(file, document.strip() + System.lineSeparator());
      assert written.equals(file);
    } catch (IOException e) {
      throw new UserErrorException(file + " cannot be written: give another --output");
    }
  }
}
