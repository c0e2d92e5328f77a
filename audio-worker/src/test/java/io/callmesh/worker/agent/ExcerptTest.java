package io.callmesh.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExcerptTest {
  private static final String EXACT =
      "{ \"z\" : 1.10 ,\n\"a\":[12345678901234567890.123, 1E+2,-0.0],\t\"\\u00e9\":\"\u00e9}{\\\"\"}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":{\"b\":@}}",
        " \n{\"x\":[{\"a\":{\"b\":{}}}],\"a\" : {\"c\":{\"b\":1},\"b\" :  @  ,\"d\":\"}\"} } ",
        "{\"a\":{\"b\":{}},\"a\":{\"b\":1,\"b\":@}}",
        "/* } */{\"a\"://{\n{/*\"b\":1*/\"b\"/**/:/* */@//}\n}}",
        "{\"\u4e2d\ud83d\ude00\":\"\ud83d\ude00\",\"\\u0061\":{\"b\":@}}"
      })
  void keepsEveryCharacter(String text) {
    String json = text.replace("@", EXACT);

    assertThat(Excerpt.object(json, "a", "b")).isEqualTo(EXACT);
  }

  /** The parser reads a text of this length in pieces. */
  @Test
  void keepsEveryCharacterOfALongText() {
    String filler = "\u00e9".repeat(50_000);
    String exact = "{\"n\":1.10,\"t\":\"" + filler + "\"}";

    assertThat(Excerpt.object("{\"f\":\"" + filler + "\",\"a\":" + exact + "}", "a"))
        .isEqualTo(exact);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "nonsense",
        "{}",
        "{\"a\":null}",
        "{\"a\":{}}",
        "{\"a\":{\"b\":[{}]}}",
        "{\"a\":[{\"b\":{}}]}",
        "{\"b\":{},\"c\":{\"a\":{\"b\":{}}}}",
        "{\"a\":{\"b\":{}},\"a\":{}}",
        "{\"a\":{\"b\":{},\"b\":1}}",
        "{\"a\":{\"b\":{"
      })
  void findsNothingWhereNothingIs(String json) {
    assertThat(Excerpt.object(json, "a", "b")).isNull();
  }

  @Property(tries = 500)
  void findsWhatATreeHas(@ForAll("objects") JsonObject a, @ForAll("objects") JsonObject b) {
    JsonObject message = new JsonObject().put("first", a).put("last", new JsonObject().put("x", b));

    assertThat(Excerpt.object(message.encodePrettily(), "last", "x"))
        .satisfies(found -> assertThat(new JsonObject(found)).isEqualTo(b));
    assertThat(Excerpt.object(message.encode(), "first")).isEqualTo(a.encode());
  }

  @Provide
  Arbitrary<JsonObject> objects() {
    Arbitrary<Object> values =
        Arbitraries.oneOf(
            Arbitraries.strings().map(text -> (Object) text),
            Arbitraries.integers().map(number -> (Object) number),
            Arbitraries.of(true, false).map(flag -> (Object) flag));
    return Arbitraries.maps(Arbitraries.strings().ofMaxLength(5), values)
        .ofMaxSize(5)
        .map(JsonObject::new);
  }
}
