package io.callmesh.routing.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class YamlTest {
  static Stream<String> texts() {
    return Stream.of(
        "",
        " ",
        "plain",
        "two words",
        "+14155550100",
        "007",
        "1e3",
        "0x1F",
        "1_000",
        "12:30",
        "a:30",
        "2026-11-23",
        "no",
        "Yes",
        "NULL",
        "~",
        "-",
        "- a",
        "a: b",
        "a #b",
        "#a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "'a'",
        "\"a\"",
        "{a}",
        "[a]",
        "a,b",
        "?",
        "|",
        ">",
        "---",
        "...",
        ".inf",
        ".nan",
        "a\nb",
        "a\nb\n",
        "\na",
        "a\n\n\n",
        "  a\nb",
        "a\n  b",
        "a \nb ",
        "a\r\nb",
        "a\tb",
        "a\u0000b",
        "a\u2028b",
        "ü",
        "日本",
        "<Response>\n  <Say>a: b # c</Say>\n</Response>",
        "x".repeat(5_000));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void writesTextsSoThatTheyAreReadAgain(String text) throws Exception {
    JsonObject json =
        new JsonObject()
            .put("value", text)
            .put("list", new JsonArray().add(text).add(new JsonObject().put("a", text)));
    if (!text.isEmpty() && text.length() < 100) {
      json.put(text, 1);
    }

    assertThat(Yaml.read(Yaml.write(json))).as(Yaml.write(json)).isEqualTo(json);
  }

  @Test
  void writesForPeople() {
    JsonObject json =
        new JsonObject()
            .put("name", "support-line")
            .put("number", "+14155550100")
            .put("twiml", "<Response>\n  <Connect/>\n</Response>\n")
            .put("list", new JsonArray().add(new JsonObject().put("priority", 3)))
            .putNull("connector");

    assertThat(Yaml.write(json))
        .isEqualTo(
            """
            name: support-line
            number: "+14155550100"
            twiml: |
              <Response>
                <Connect/>
              </Response>
            list:
            - priority: 3
            connector: null
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a: &x 1\\nb: *x|the alias *x is not taken",
        "a: 1\\na: 2|Duplicate",
        "a: 1\\n---\\nb: 2|it is not one mapping",
        "[1]|it is not one mapping",
        "a|it is not one mapping",
        "``|",
        "a: [|",
        "a: .nan|",
        "a: !!java.net.URL [b|",
      })
  void refusesWhatIsNoPlainMapping(String text, String sentence) {
    assertThatThrownBy(() -> Yaml.read(text.replace("\\n", "\n")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(sentence == null ? "" : sentence);
  }

  @Test
  void boundsDepthAndLines() {
    assertThatThrownBy(() -> Yaml.read("a: " + "[".repeat(200) + "]".repeat(200)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Yaml.read("a: '" + "x".repeat(200_000) + "'"))
        .hasMessageContaining("a line has more than 131072 characters");
  }

  @Test
  void readsTagsAsPlainValues() throws Exception {
    assertThat(Yaml.read("a: !!binary aGFsbG8=\nb: 2026-11-23"))
        .isEqualTo(new JsonObject().put("a", "aGFsbG8=").put("b", "2026-11-23"));
  }
}
