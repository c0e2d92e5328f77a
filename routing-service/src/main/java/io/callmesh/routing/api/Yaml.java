package io.callmesh.routing.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * YAML as far as JSON goes: no aliases, one document, and bounds on what is read. Safe on any
 * thread.
 */
public final class Yaml {
  private static final int MAX_CHARACTERS = 4 * 1024 * 1024;
  private static final int MAX_DEPTH = 50;

  private static final int MAX_LINE = 128 * 1024;

  private static final YAMLFactory factory = factory();
  private static final ObjectMapper mapper = new ObjectMapper(factory);

  private static final ObjectMapper plain = new ObjectMapper();

  private Yaml() {}

  private static YAMLFactory factory() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    return YAMLFactory.builder()
        .loaderOptions(options)
        .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
        .stringQuotingChecker(new Quotes())
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
        .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
        .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
        .disable(YAMLGenerator.Feature.SPLIT_LINES)
        .build();
  }

  /**
   * Reads a document that is one mapping.
   *
   * @throws IOException with what is wrong and where, for whoever wrote it
   */
  public static JsonObject read(String text) throws IOException {
    refuseLongLines(text);
    try (JsonParser parser = new WithoutAliases(factory.createParser(text))) {
      if (mapper.readTree(parser) instanceof ObjectNode mapping && parser.nextToken() == null) {
        return new JsonObject(mapping.toString());
      }
    }
    throw new IOException("it is not one mapping");
  }

  /** The scanner's work grows with the square of a text in one line. */
  private static void refuseLongLines(String text) throws IOException {
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      int next = end < 0 ? text.length() : end + 1;
      if (next - start > MAX_LINE) {
        throw new IOException(
            "a line has more than " + MAX_LINE + " characters; break it, or send JSON");
      }
      start = next;
    }
  }

  /** Jackson would take an alias for a text with its name. */
  private static final class WithoutAliases extends JsonParserDelegate {
    private final YAMLParser yaml;

    WithoutAliases(YAMLParser yaml) {
      super(yaml);
      this.yaml = yaml;
    }

    @Override
    public @Nullable JsonToken nextToken() throws IOException {
      JsonToken token = yaml.nextToken();
      if (yaml.isCurrentAlias()) {
        throw new IOException(
            "the alias *" + yaml.getText() + " is not taken; write out what it stands for");
      }
      return token;
    }
  }

  /** The same document in YAML, for people and for git. */
  public static String write(JsonObject json) {
    try {
      return mapper.writeValueAsString(plain.readTree(json.encode()));
    } catch (IOException impossible) {
      throw new IllegalStateException("cannot write to memory", impossible);
    }
  }

  /** Quotes whatever could be read as anything but the text that it is. */
  private static final class Quotes extends StringQuotingChecker {
    private static final long serialVersionUID = 1L;

    private static final Pattern PLAIN =
        Pattern.compile("[A-Za-z][A-Za-z0-9_./+$-]*(:[A-Za-z0-9_./+$-]+)*");
    private static final Set<String> WORDS =
        Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

    @Override
    public boolean needToQuoteName(String name) {
      return isMoreThanAWord(name);
    }

    @Override
    public boolean needToQuoteValue(String value) {
      boolean lines = value.indexOf('\n') >= 0 && value.chars().allMatch(Quotes::isPrintable);
      return !lines && isMoreThanAWord(value);
    }

    private static boolean isPrintable(int character) {
      return character == '\n' || (character >= ' ' && character < 0x7f);
    }

    private static boolean isMoreThanAWord(String text) {
      return !PLAIN.matcher(text).matches() || WORDS.contains(text.toLowerCase(Locale.ROOT));
    }
  }
}
