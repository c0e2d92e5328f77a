package io.callmesh.simulator.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps docs/conformance.md true. */
class ConformanceDocumentTest {
  @Test
  void documentHasEveryCheckAsItIsInTheCode() throws Exception {
    List<String> rows =
        Files.readAllLines(Path.of("..", "docs", "conformance.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .toList();

    assertThat(rows)
        .isEqualTo(ConformanceSuite.checks().stream().map(ConformanceDocumentTest::row).toList());
  }

  private static String row(CheckInfo check) {
    return "| `%s` | %s | %s | %s |"
        .formatted(check.id(), check.severity(), check.title(), check.remedy().replace("|", "\\|"));
  }

  @Test
  void idsAreUniqueAndGoodForACommandLine() {
    List<String> ids = ConformanceSuite.checks().stream().map(CheckInfo::id).toList();
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-z0-9]+(-[a-z0-9]+)*"));
  }
}
