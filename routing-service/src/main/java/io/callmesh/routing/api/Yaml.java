package io.callmesh.routing.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * YAML as far as JSON goes: no tags, no aliases, and bounds on what is read. Safe on any thread.
 */
final class Yaml {
  private static final int MAX_CHARACTERS = 1024 * 1024;
  private static final int MAX_DEPTH = 50;

  private static final ObjectMapper mapper = new ObjectMapper(factory());

  private Yaml() {}

  private static YAMLFactory factory() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(0);
    options.setAllowDuplicateKeys(false);
    return YAMLFactory.builder().loaderOptions(options).build();
  }

  /**
   * Reads a document that is one mapping.
   *
   * @throws IOException with what is wrong and where, for whoever wrote it
   */
  @SuppressWarnings("unchecked") // keys of a mapping are texts once Jackson has read it
  static JsonObject read(String text) throws IOException {
    refuseAliases(text);
    return mapper.readValue(text, Object.class) instanceof Map<?, ?> mapping
        ? new JsonObject((Map<String, Object>) mapping)
        : notAMapping();
  }

  private static JsonObject notAMapping() throws IOException {
    throw new IOException("it is not a mapping");
  }

  /** Jackson would take an alias for a text with its name. */
  private static void refuseAliases(String text) throws IOException {
    try (YAMLParser parser = (YAMLParser) mapper.getFactory().createParser(text)) {
      while (parser.nextToken() != null) {
        if (parser.isCurrentAlias()) {
          throw new IOException(
              "an alias, *" + parser.getText() + ", is not taken: write out what it stands for");
        }
      }
    }
  }
}
