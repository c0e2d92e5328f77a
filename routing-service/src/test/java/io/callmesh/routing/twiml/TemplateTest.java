package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
  private static final Variables VARIABLES =
      new Variables(
          Map.of("from", "+1", "_a1", "<&"),
          new JsonObject(
              """
              {"x": {"y": {"z": "deep"}, "n": 1.5}, "b": true}"""),
          () -> {});

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``              | ``
          plain           | plain
          $from           | +1
          ${from}         | +1
          $from$from      | +1+1
          a$from-b        | a+1-b
          a${from}b       | a+1b
          $fromb          | ``
          $_a1            | <&
          $x.y.z          | deep
          ${x.y.z}.w      | deep.w
          $x.y.z.         | deep.
          $x.y.z..from    | deep..from
          $x.n$b          | 1.5true
          $x.n.1          | 1.5.1
          $x.y            | {"z":"deep"}
          $x.q            | ``
          $$from          | $from
          $$$from         | $+1
          $$$$            | $$
          $               | $
          a $ b           | a $ b
          $1              | $1
          ${              | ${
          ${from          | ${from
          ${}             | ${}
          ${ from}        | ${ from}
          ${from.}        | ${from.}
          $é              | $é
          $fromé          | +1é
          """)
  void fillsInValuesAsTheyAre(String text, String filled) {
    assertThat(Template.of(text).fill(VARIABLES)).isEqualTo(filled);
  }

  @Test
  void namesItsVariablesOnceInOrder() {
    assertThat(Template.of("$b ${a.b} $$c $b $a").names()).containsExactly("b", "a.b", "a");
    assertThat(Template.of("none").names()).isEmpty();
  }
}
