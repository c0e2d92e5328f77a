package io.callmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the operator's pages to the code: every variable with its default, every meter. */
class DocumentationTest {
  private static final Pattern VARIABLE =
      Pattern.compile("^\\| `(CALLMESH_\\w+)` \\| (?:`([^`]*)`|none) \\|", Pattern.MULTILINE);
  private static final Pattern METER_IN_CODE = Pattern.compile("\"(callmesh\\.[a-z.]+)\"");
  private static final Pattern METER_IN_DOCS =
      Pattern.compile("^\\| `(callmesh\\.[a-z.]+)` \\|", Pattern.MULTILINE);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mesh-defaults.properties",
        "ingress-defaults.properties",
        "worker-defaults.properties",
        "routing-defaults.properties",
        "handoff-defaults.properties"
      })
  void configurationNamesEveryVariableWithItsDefault(String resource) {
    assertThat(documented(resource)).isEqualTo(Defaults.of(resource));
  }

  @Test
  void configurationNamesTheVariablesOfTheLog() {
    assertThat(documented("logback.xml")).isEqualTo(Defaults.ofLogging());
  }

  @Test
  void configurationHasNoVariablesElsewhere() {
    long sections =
        Repository.text("docs/configuration.md")
            .lines()
            .filter(line -> line.startsWith("## ") && line.contains("`"))
            .count();
    assertThat(sections).isEqualTo(6);
  }

  /** The rows under the heading that names the resource. */
  private static Map<String, String> documented(String resource) {
    String page = Repository.text("docs/configuration.md");
    int heading = page.indexOf("(`" + resource + "`)\n");
    assertThat(heading).as("a section for " + resource).isPositive();
    int next = page.indexOf("\n## ", heading);
    Map<String, String> rows = new TreeMap<>();
    VARIABLE
        .matcher(page.substring(heading, next))
        .results()
        .forEach(row -> rows.put(row.group(1), row.group(2) == null ? "" : row.group(2)));
    return rows;
  }

  @Test
  void operationsNamesEveryMeterOfTheCode() throws IOException {
    TreeSet<String> inCode = new TreeSet<>();
    for (Path source : metricsClasses()) {
      inCode.addAll(found(METER_IN_CODE, Files.readString(source)));
    }
    assertThat(inCode).contains("callmesh.worker.sessions", "callmesh.table.lag");
    assertThat(found(METER_IN_DOCS, Repository.text("docs/operations.md"))).isEqualTo(inCode);
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map((MatchResult result) -> result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Iterable<Path> metricsClasses() throws IOException {
    TreeSet<Path> classes = new TreeSet<>();
    try (Stream<Path> modules = Files.list(Repository.path(""))) {
      for (Path module : modules.toList()) {
        Path sources = module.resolve("src/main/java");
        if (Files.isDirectory(sources)) {
          try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith("Metrics.java")).forEach(classes::add);
          }
        }
      }
    }
    return classes;
  }
}
