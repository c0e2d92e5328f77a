package io.callmesh.standalone;

import java.nio.file.Path;
import java.util.Locale;

/** How a configuration is written, by the names that the command line has for it. */
enum ConfigFileFormat {
  yaml("application/yaml"),
  json("application/json");

  private final String mediaType;

  ConfigFileFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  String mediaType() {
    return mediaType;
  }

  /** The format of a file, by its name: YAML, which JSON is too, unless it says JSON. */
  static ConfigFileFormat of(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".json") ? json : yaml;
  }
}
