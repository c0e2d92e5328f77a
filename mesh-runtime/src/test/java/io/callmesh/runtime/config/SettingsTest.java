package io.callmesh.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @TempDir Path dir;

  @Test
  void readsTheDefaults() {
    assertThat(Settings.load(Map.of()).integer("CALLMESH_PORT", 0, 65_535)).isEqualTo(8080);
  }

  @Test
  void prefersTheFileToTheDefaultsAndTheEnvironmentToTheFile() throws IOException {
    Path config = write("mesh.properties", "CALLMESH_PORT=1\nCALLMESH_MANAGEMENT_PORT = 2 \n");

    Settings settings =
        Settings.load(Map.of("CALLMESH_CONFIG", config.toString(), "CALLMESH_PORT", "3"));

    assertThat(settings.required("CALLMESH_PORT")).isEqualTo("3");
    assertThat(settings.required("CALLMESH_MANAGEMENT_PORT")).isEqualTo("2");
    assertThat(settings.required("CALLMESH_LISTEN_ADDRESS")).isEqualTo("0.0.0.0");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void prefersAMountedFileToTheVariableItself(int n) throws IOException {
    String variable = "CALLMESH_SECRET_" + n; // by several names: a map's order must not decide
    Path secret = write("secret", "from the file\n");

    Settings settings =
        Settings.load(Map.of(variable, "from the variable", variable + "_FILE", secret.toString()));

    assertThat(settings.required(variable)).isEqualTo("from the file");
  }

  @Test
  void stripsAMountedSecretAndDoesNotPrintIt() throws IOException {
    Path secret = write("secret", "  s3cret \n\n");

    Settings settings = Settings.load(Map.of("CALLMESH_ADMIN_API_KEY_FILE", secret.toString()));

    assertThat(settings.secret("CALLMESH_ADMIN_API_KEY"))
        .hasValueSatisfying(
            value -> {
              assertThat(value.reveal()).isEqualTo("s3cret");
              assertThat(value).hasToString("[redacted]");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "\t"})
  void takesABlankVariableForNone(String blank) {
    Settings settings =
        Settings.load(
            Map.of(
                "CALLMESH_CONFIG", blank,
                "CALLMESH_PORT", blank,
                "CALLMESH_STREAM_URL", blank,
                "CALLMESH_TICKET_SECRET_FILE", blank));

    assertThat(settings.required("CALLMESH_PORT")).isEqualTo("8080");
    assertThat(settings.text("CALLMESH_STREAM_URL")).isEmpty();
    assertThat(settings.text("CALLMESH_TICKET_SECRET")).isEmpty();
    assertThatThrownBy(() -> settings.required("CALLMESH_STREAM_URL"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_STREAM_URL must be set");
  }

  @Test
  void takesABlankDefaultForNone() {
    assertThat(Settings.load(Map.of()).text("CALLMESH_KAFKA_BOOTSTRAP_SERVERS")).isEmpty();
  }

  @Test
  void ignoresVariablesOfOthers() {
    Settings settings = Settings.load(Map.of("PATH", "/bin", "OTHER_FILE", "/no/such/file"));

    assertThat(settings.text("PATH")).isEmpty();
    assertThat(settings.text("OTHER")).isEmpty();
  }

  @Test
  void namesTheVariableWhoseFileCannotBeRead() {
    Path missing = dir.resolve("missing");

    assertThatThrownBy(
            () -> Settings.load(Map.of("CALLMESH_TICKET_SECRET_FILE", missing.toString())))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_TICKET_SECRET_FILE names a file that cannot be read: " + missing);
    assertThatThrownBy(() -> Settings.load(Map.of("CALLMESH_CONFIG", missing.toString())))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_CONFIG names a file that cannot be read: " + missing);
  }

  @Test
  void refusesAFileThatIsNoText() throws IOException {
    Path binary = Files.write(dir.resolve("binary"), new byte[] {(byte) 0xC3, 0x28});
    Path broken = write("broken.properties", "CALLMESH_PORT=\\u12\n");

    assertThatThrownBy(() -> Settings.load(Map.of("CALLMESH_X_FILE", binary.toString())))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("CALLMESH_X_FILE");
    assertThatThrownBy(() -> Settings.load(Map.of("CALLMESH_CONFIG", broken.toString())))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("CALLMESH_CONFIG");
  }

  @Test
  void refusesAFileOverOneMebibyte() throws IOException {
    Path huge = write("huge", "x".repeat((1 << 20) + 1));

    assertThatThrownBy(() -> Settings.load(Map.of("CALLMESH_X_FILE", huge.toString())))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_X_FILE names a file over 1 MiB: " + huge);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "11", "5.0", "five", "99999999999999999999", "0x5"})
  void namesTheVariableTheBoundsAndTheNumber(String value) {
    Settings settings = Settings.load(Map.of("CALLMESH_N", value));

    assertThatThrownBy(() -> settings.integer("CALLMESH_N", 0, 10))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_N must be a whole number 0..10, was '" + value + "'");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10})
  void takesBothBounds(int value) {
    Settings settings = Settings.load(Map.of("CALLMESH_N", Integer.toString(value)));

    assertThat(settings.integer("CALLMESH_N", 0, 10)).isEqualTo(value);
  }

  @Test
  void readsFlags() {
    Settings settings =
        Settings.load(Map.of("CALLMESH_A", "true", "CALLMESH_B", "false", "CALLMESH_C", "yes"));

    assertThat(settings.flag("CALLMESH_A")).isTrue();
    assertThat(settings.flag("CALLMESH_B")).isFalse();
    assertThatThrownBy(() -> settings.flag("CALLMESH_C"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("CALLMESH_C must be true or false, was 'yes'");
  }

  @ParameterizedTest
  @CsvSource({"250ms,PT0.25S", "15s,PT15S", "5m,PT5M", "24h,PT24H", "7d,PT168H", "0s,PT0S"})
  void readsDurations(String value, Duration expected) {
    assertThat(Settings.load(Map.of("CALLMESH_D", value)).duration("CALLMESH_D"))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"15", "s", "-1s", "1.5s", "15 s", "15S", "1w", "9999999999s"})
  void namesTheVariableTheRuleAndTheDuration(String value) {
    Settings settings = Settings.load(Map.of("CALLMESH_D", value));

    assertThatThrownBy(() -> settings.duration("CALLMESH_D"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "CALLMESH_D must be a number with ms, s, m, h or d, such as 15s, was '" + value + "'");
  }

  @Test
  void findsByPrefix() {
    Settings settings =
        Settings.load(Map.of("CALLMESH_P_ONE", "1", "CALLMESH_P_TWO", "2", "CALLMESH_P_", "3"));

    assertThat(settings.withPrefix("CALLMESH_P_")).isEqualTo(Map.of("ONE", "1", "TWO", "2"));
  }

  @Test
  void replacesWithoutChangingTheOriginal() {
    Settings before = Settings.load(Map.of("CALLMESH_A", "1", "CALLMESH_B", "2"));

    Settings after = before.with(Map.of("CALLMESH_A", "9", "CALLMESH_B", ""));

    assertThat(after.required("CALLMESH_A")).isEqualTo("9");
    assertThat(after.text("CALLMESH_B")).isEmpty();
    assertThat(before.required("CALLMESH_A")).isEqualTo("1");
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(dir.resolve(name), content);
  }
}
