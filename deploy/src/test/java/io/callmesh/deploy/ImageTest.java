package io.callmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.runtime.config.CommonConfig;
import io.callmesh.runtime.config.Settings;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Holds the Dockerfile to the layout that the Maven build leaves; Docker is not asked. */
class ImageTest {
  private static final String DOCKERFILE = "deploy/images/Dockerfile";

  /** An instruction and what follows it, with continued lines joined. */
  record Instruction(String name, String arguments) {
    List<String> words() {
      return List.of(arguments.split("\\s+"));
    }
  }

  static List<Instruction> instructions() {
    return Repository.text(DOCKERFILE)
        .replace("\\\n", "")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> line.split("\\s+", 2))
        .map(parts -> new Instruction(parts[0], parts[1]))
        .toList();
  }

  /** What the image of a service is made of, by the build's path. */
  static List<String> copiedFor(String service) {
    return instructions().stream()
        .filter(instruction -> instruction.name().equals("COPY"))
        .map(instruction -> instruction.words().get(0).replace("${SERVICE}", service))
        .toList();
  }

  /** What the image sets an environment variable to. */
  static String variable(String name) {
    String beginning = name + "=\"";
    return instructions().stream()
        .filter(instruction -> instruction.name().equals("ENV"))
        .map(Instruction::arguments)
        .filter(arguments -> arguments.startsWith(beginning) && arguments.endsWith("\""))
        .map(arguments -> arguments.substring(beginning.length(), arguments.length() - 1))
        .findFirst()
        .orElseThrow();
  }

  private static Instruction only(String name) {
    List<Instruction> found =
        instructions().stream().filter(instruction -> instruction.name().equals(name)).toList();
    assertThat(found).as(name).hasSize(1);
    return found.get(0);
  }

  @Test
  void copiesWhatTheBuildOfEachServiceLeaves() {
    for (DeployedService service : DeployedService.all()) {
      String module = service.name();
      assertThat(copiedFor(module))
          .containsExactly(module + "/target/lib/", module + "/target/" + module + ".jar");
      assertThat(Repository.text(module + "/pom.xml"))
          .contains("<finalName>${project.artifactId}</finalName>")
          .contains("<artifactId>" + module + "</artifactId>")
          .contains("<artifactId>maven-dependency-plugin</artifactId>")
          .contains("<classpathPrefix>lib/</classpathPrefix>");
    }
    assertThat(Repository.text("pom.xml"))
        .contains("<outputDirectory>${project.build.directory}/lib</outputDirectory>");
  }

  /** The jar's manifest looks for {@code lib/} beside the jar. */
  @Test
  void putsTheLibrariesBesideTheJar() {
    List<String> targets =
        instructions().stream()
            .filter(instruction -> instruction.name().equals("COPY"))
            .map(instruction -> instruction.words().get(1))
            .toList();
    assertThat(targets).containsExactly("/app/lib/", "/app/service.jar");
    assertThat(only("ENTRYPOINT").arguments())
        .isEqualTo("[\"java\", \"-jar\", \"/app/service.jar\"]");
  }

  @Test
  void exposesThePortsOfTheDefaults() {
    CommonConfig common = CommonConfig.from(Settings.load(Map.of()));
    assertThat(only("EXPOSE").arguments()).isEqualTo(common.port() + " " + common.managementPort());
  }

  @Test
  void runsAsAUserWithANumberThatIsNotRoots() {
    assertThat(only("USER").arguments()).matches("[1-9]\\d*:[1-9]\\d*");
  }

  @Test
  void sendsTheBuilderWhatIsCopiedAndNoMore() {
    for (DeployedService service : DeployedService.all()) {
      assertThat(copiedFor(service.name())).allMatch(path -> !ignored(path));
    }
    assertThat(ignored("routing-service/target/lib/vertx-core.jar")).isFalse();
    assertThat(List.of("pom.xml", ".git/config", "routing-service/target/classes/logback.xml"))
        .allMatch(ImageTest::ignored);
  }

  /** As Docker reads the file: the last pattern that matches a path or its parent decides. */
  private static boolean ignored(String path) {
    boolean ignored = false;
    for (String line : patterns()) {
      boolean exception = line.startsWith("!");
      if (matches(exception ? line.substring(1) : line, Path.of(path))) {
        ignored = !exception;
      }
    }
    return ignored;
  }

  private static List<String> patterns() {
    return Arrays.stream(Repository.text(DOCKERFILE + ".dockerignore").split("\n"))
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }

  private static boolean matches(String pattern, Path path) {
    var glob = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    for (int names = 1; names <= path.getNameCount(); names++) {
      if (glob.matches(path.subpath(0, names))) {
        return true;
      }
    }
    return false;
  }
}
