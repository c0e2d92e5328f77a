package io.callmesh.contracts.handoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.callmesh.contracts.handoff.HandoffData.RefusedException;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandoffDataTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"z\":1.10,\"a\":12345678901234567890.123,\"e\":1E+400}",
        "{ \"a\" : [ true, null, -0.0, {\"\\u00e9\":\"\u00e9\\ud83d\\ude00\"} ]\n}",
        "{\"a\":1,\"a\":2}"
      })
  void isTheTextThatItCameAs(String json) {
    HandoffData data = HandoffData.of(json);

    assertThat(data.text()).isEqualTo(json);
    assertThat(data).isEqualTo(HandoffData.of(json)).hasSameHashCodeAs(HandoffData.of(json));
    assertThat(data).isEqualTo(HandoffData.stored(json));
  }

  @Test
  void takesAnObjectThatWasRead() {
    JsonObject json = new JsonObject().put("a", 1.5).put("b", new JsonObject());

    assertThat(HandoffData.of(json).toJson()).isEqualTo(json);
    assertThat(HandoffData.of(new JsonObject())).isSameAs(HandoffData.EMPTY);
  }

  @Test
  void knowsWhetherThereIsAnything() {
    assertThat(HandoffData.EMPTY.isEmpty()).isTrue();
    assertThat(HandoffData.of("{ \n}").isEmpty()).isTrue();
    assertThat(HandoffData.of("{\"a\":null}").isEmpty()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "7",
        "\"{}\"",
        "[]",
        "[{}]",
        "{",
        "{}{}",
        "{} x",
        "{\"a\"}",
        "{'a':1}",
        "{\"a\":1 /* no */}",
        "{} // no"
      })
  void isAnObject(String json) {
    RefusedException refused =
        catchThrowableOfType(RefusedException.class, () -> HandoffData.of(json));

    assertThat(refused.code()).isEqualTo("state_not_an_object");
  }

  @ParameterizedTest
  @CsvSource({"65536, 1", "32768, \u00e9", "21845, \u20ac"})
  void hasAtMost64KiBAsUtf8(int most, String character) {
    String frame = "{\"a\":\"\"}";
    String fits = "{\"a\":\"" + character.repeat(most - frame.length()) + "\"}";
    int left = HandoffData.MAX_BYTES - HandoffData.of(fits).toJson().toBuffer().length();
    String full = fits.replace("\"}", "1".repeat(left) + "\"}");

    assertThat(HandoffData.of(full).text()).isEqualTo(full);
    assertRefused("state_too_large", full + " ");
  }

  @Test
  void hasAtMost16Levels() {
    assertThat(HandoffData.of(nested(16, "{\"a\":", "1", "}")).isEmpty()).isFalse();
    assertRefused("state_too_deep", nested(17, "{\"a\":", "1", "}"));
    assertThat(HandoffData.of("{\"a\":" + nested(15, "[", "1", "]") + "}").isEmpty()).isFalse();
    assertRefused("state_too_deep", "{\"a\":" + nested(16, "[", "", "]") + "}");
    assertRefused("state_too_deep", "{\"a\":" + nested(20_000, "[", "", "]") + "}");
  }

  private static String nested(int levels, String open, String inner, String close) {
    return open.repeat(levels) + inner + close.repeat(levels);
  }

  @Test
  void hasAtMost2000MembersAndElements() {
    assertThat(HandoffData.of(members(2_000)).toJson()).hasSize(2_000);
    assertRefused("state_too_many_members", members(2_001));
    // the array, its elements, and the objects' members
    assertThat(HandoffData.of(elements(999)).isEmpty()).isFalse();
    assertRefused("state_too_many_members", elements(1_000));
  }

  private static String members(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"" + i + "\":" + i)
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String elements(int count) {
    return "{\"a\":[" + "{\"b\":1},".repeat(count - 1) + "{\"b\":1}]}";
  }

  private static void assertRefused(String code, String json) {
    assertThatThrownBy(() -> HandoffData.of(json))
        .isInstanceOfSatisfying(
            RefusedException.class, refused -> assertThat(refused.code()).isEqualTo(code));
  }

  @Test
  void masksMembersAtAnyDepthAndKeepsTheRestDigitForDigit() {
    HandoffData data =
        HandoffData.of(
            "{\"pin\":1234,\"n\":1.10,\"big\":12345678901234567890.123,\"a\":[{\"card\":{\"pin\":"
                + "[1],\"no\":\"4\"},\"t\":\"pin\"},null,true],\"\\u0070in\":null,\"o\":{\"PIN\":1}}");

    assertThat(data.masked(Set.of("pin", "card")).text())
        .isEqualTo(
            "{\"pin\":\"[masked]\",\"n\":1.10,\"big\":12345678901234567890.123,\"a\":[{\"card\":"
                + "\"[masked]\",\"t\":\"pin\"},null,true],\"pin\":\"[masked]\",\"o\":{\"PIN\":1}}");
    assertThat(data.masked(Set.of())).isSameAs(data);
  }

  @Test
  void keepsWhatTheAgentSaidOutOfLogs() {
    HandoffData data = HandoffData.of("{\"secret\":\"secret\"}");

    assertThat(data.toString()).doesNotContain("secret");
  }
}
