package io.callmesh.runtime.config;

import io.callmesh.contracts.security.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of a process by variable name. Defaults from the class path give way to the file
 * named by {@code CALLMESH_CONFIG}, which gives way to the environment; there, {@code NAME_FILE}
 * names a file that holds the value of {@code NAME}, as secrets are mounted, and wins over {@code
 * NAME} itself. A blank value counts as none and takes nothing away. Every getter throws {@link
 * ConfigException} for a value it cannot read. Immutable.
 */
public final class Settings {
  private static final String FILE_SUFFIX = "_FILE";
  private static final String PREFIX = "CALLMESH_";
  private static final String CONFIG = PREFIX + "CONFIG";
  private static final int MAX_FILE_BYTES = 1 << 20;
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  private final Map<String, String> values;

  private Settings(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /**
   * Reads the settings.
   *
   * @param environment usually {@code System.getenv()}
   * @param defaults class path resources, such as {@code routing-defaults.properties}; {@code
   *     mesh-defaults.properties} is always read first
   * @throws ConfigException when a file cannot be read
   */
  public static Settings load(Map<String, String> environment, String... defaults) {
    Map<String, String> values = new HashMap<>(resource("mesh-defaults.properties"));
    for (String resource : defaults) {
      values.putAll(resource(resource));
    }
    String file = environment.getOrDefault(CONFIG, "");
    if (!file.isBlank()) {
      putGiven(values, properties(Path.of(file)));
    }
    putGiven(values, variables(environment));
    putGiven(values, contents(environment));
    values.values().removeIf(String::isBlank);
    return new Settings(values);
  }

  /** The same settings with some replaced, for a process that composes others. */
  public Settings with(Map<String, String> replacements) {
    Map<String, String> merged = new HashMap<>(values);
    merged.putAll(replacements);
    merged.values().removeIf(String::isBlank);
    return new Settings(merged);
  }

  /** The value, if there is one. */
  public Optional<String> text(String variable) {
    return Optional.ofNullable(values.get(variable));
  }

  /** The value, which must be there. */
  public String required(String variable) {
    return text(variable).orElseThrow(() -> new ConfigException(variable + " must be set"));
  }

  /** The secret value, if there is one; it will not print itself. */
  public Optional<Secret> secret(String variable) {
    return text(variable).map(Secret::new);
  }

  /** A whole number within bounds, both inclusive. */
  public int integer(String variable, int least, int most) {
    String value = required(variable);
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, in the same words as a number out of bounds.
    }
    throw new ConfigException(
        "%s must be a whole number %d..%d, was '%s'".formatted(variable, least, most, value));
  }

  /** {@code true} or {@code false}. */
  public boolean flag(String variable) {
    String value = required(variable);
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new ConfigException(variable + " must be true or false, was '" + value + "'");
    };
  }

  /** A duration such as {@code 250ms}, {@code 15s}, {@code 5m}, {@code 24h} or {@code 7d}. */
  public Duration duration(String variable) {
    String value = required(variable);
    Matcher matcher = DURATION.matcher(value);
    if (!matcher.matches()) {
      throw new ConfigException(
          variable + " must be a number with ms, s, m, h or d, such as 15s, was '" + value + "'");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /** All values whose name begins so, by the rest of the name. */
  public Map<String, String> withPrefix(String prefix) {
    Map<String, String> found = new HashMap<>();
    values.forEach(
        (name, value) -> {
          if (name.startsWith(prefix) && name.length() > prefix.length()) {
            found.put(name.substring(prefix.length()), value);
          }
        });
    return found;
  }

  /** Puts what is not blank: {@code NAME=} in a template must not take a default away. */
  private static void putGiven(Map<String, String> values, Map<String, String> layer) {
    layer.forEach(
        (name, value) -> {
          if (!value.isBlank()) {
            values.put(name, value);
          }
        });
  }

  private static Map<String, String> variables(Map<String, String> environment) {
    Map<String, String> found = new HashMap<>(environment);
    found
        .keySet()
        .removeIf(
            name -> !name.startsWith(PREFIX) || name.equals(CONFIG) || name.endsWith(FILE_SUFFIX));
    return found;
  }

  private static Map<String, String> contents(Map<String, String> environment) {
    Map<String, String> found = new HashMap<>();
    environment.forEach(
        (name, file) -> {
          if (name.startsWith(PREFIX) && name.endsWith(FILE_SUFFIX) && !file.isBlank()) {
            String variable = name.substring(0, name.length() - FILE_SUFFIX.length());
            found.put(variable, content(name, Path.of(file)).strip());
          }
        });
    return found;
  }

  private static String content(String variable, Path file) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new ConfigException(variable + " names a file over 1 MiB: " + file);
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException(variable + " names a file that cannot be read: " + file);
    }
  }

  private static Map<String, String> properties(Path file) {
    try (Reader reader = Files.newBufferedReader(file)) {
      return read(reader);
    } catch (IOException | IllegalArgumentException unreadable) { // the latter: a broken escape
      throw new ConfigException(CONFIG + " names a file that cannot be read: " + file);
    }
  }

  private static Map<String, String> resource(String name) {
    try (InputStream in = Settings.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return read(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException("cannot read resource " + name, e);
    }
  }

  private static Map<String, String> read(Reader reader) throws IOException {
    Properties properties = new Properties();
    properties.load(reader);
    Map<String, String> values = new HashMap<>();
    properties
        .stringPropertyNames()
        .forEach(key -> values.put(key, properties.getProperty(key).strip()));
    return values;
  }
}
