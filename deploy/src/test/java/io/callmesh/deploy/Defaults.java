package io.callmesh.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The variables that the code knows, with their defaults, as it ships them on the class path. */
final class Defaults {
  /** Settings that every service has. */
  static final String MESH = "mesh-defaults.properties";

  /** Any variable that begins so goes to Kafka's clients. */
  static final String KAFKA_CLIENT_PREFIX = "CALLMESH_KAFKA_CLIENT_";

  private static final Pattern IN_LOGBACK = Pattern.compile("\\$\\{(CALLMESH_\\w+):-(\\w+)}");

  private Defaults() {}

  /** Variable to default of one resource. */
  static Map<String, String> of(String resource) {
    Properties properties = new Properties();
    try (Reader reader = new InputStreamReader(open(resource), StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> defaults = new TreeMap<>();
    properties
        .stringPropertyNames()
        .forEach(key -> defaults.put(key, properties.getProperty(key).strip()));
    return defaults;
  }

  /** The variables that only the log's configuration reads. */
  static Map<String, String> ofLogging() {
    try (InputStream in = open("logback.xml")) {
      Matcher found = IN_LOGBACK.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      Map<String, String> defaults = new TreeMap<>();
      while (found.find()) {
        defaults.put(found.group(1), found.group(2));
      }
      return defaults;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String resource) {
    InputStream in = Defaults.class.getClassLoader().getResourceAsStream(resource);
    if (in == null) {
      throw new IllegalStateException("no resource " + resource);
    }
    return in;
  }
}
