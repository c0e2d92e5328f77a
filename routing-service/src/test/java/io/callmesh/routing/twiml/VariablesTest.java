package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VariablesTest {
  private final AtomicInteger unknown = new AtomicInteger();

  private Variables variables(Map<String, String> call, JsonObject handoff) {
    return new Variables(call, handoff, unknown::incrementAndGet);
  }

  @Test
  void letsNoAgentPoseAsAnotherCaller() {
    Variables variables =
        variables(
            Map.of("from", "+1", "to", ""),
            new JsonObject()
                .put("from", "+666")
                .put("to", new JsonObject().put("name", "evil"))
                .put("name", "Ann"));

    assertThat(variables.value("from")).isEqualTo("+1");
    assertThat(variables.value("to")).isEmpty();
    assertThat(unknown).hasValue(0);
    assertThat(variables.value("to.name")).isEmpty();
    assertThat(unknown).hasValue(1);
    assertThat(variables.value("name")).isEqualTo("Ann");
  }

  @Test
  void writesDataAsText() {
    Variables variables =
        variables(
            Map.of(),
            new JsonObject()
                .put("text", "é")
                .put("number", 12)
                .put("real", 0.5)
                .put("long", 12345678901L)
                .put("flag", false)
                .put("object", new JsonObject().put("a", new JsonArray().add(1).add("b")))
                .put("array", new JsonArray().add(new JsonObject())));

    assertThat(variables.value("text")).isEqualTo("é");
    assertThat(variables.value("number")).isEqualTo("12");
    assertThat(variables.value("real")).isEqualTo("0.5");
    assertThat(variables.value("long")).isEqualTo("12345678901");
    assertThat(variables.value("flag")).isEqualTo("false");
    assertThat(variables.value("object")).isEqualTo("{\"a\":[1,\"b\"]}");
    assertThat(variables.value("object.a")).isEqualTo("[1,\"b\"]");
    assertThat(variables.value("array")).isEqualTo("[{}]");
    assertThat(unknown).hasValue(0);
  }

  @Test
  void countsEachUnknownNameOnce() {
    Variables variables = variables(Map.of(), new JsonObject().putNull("null").put("a", "text"));

    assertThat(variables.value("none")).isEmpty();
    assertThat(variables.value("none")).isEmpty();
    assertThat(unknown).hasValue(1);
    assertThat(variables.value("null")).isEmpty();
    assertThat(variables.value("a.b")).isEmpty();
    assertThat(variables.value("a.b.c")).isEmpty();
    assertThat(unknown).hasValue(4);
  }

  @Test
  void boundsAndCleansValues() {
    Variables variables =
        variables(
            Map.of(
                "long",
                "x".repeat(1_025),
                "pair",
                "x".repeat(1_023) + "😀",
                "dirty",
                "a\u0000\uD83Db\n"),
            new JsonObject().put("huge", new JsonObject().put("a", "y".repeat(5_000))));

    assertThat(variables.value("long")).isEqualTo("x".repeat(1_024));
    assertThat(variables.value("pair")).isEqualTo("x".repeat(1_023));
    assertThat(variables.value("dirty")).isEqualTo("ab\n");
    assertThat(variables.value("huge")).hasSize(1_024).startsWith("{\"a\":\"yyy");
  }

  @Test
  void remembersWhatWasAskedFor() {
    Variables variables = variables(Map.of("b", "1", "a", "2"), new JsonObject().put("c", 3));

    assertThat(variables.used()).isEmpty();
    String ignored = variables.value("c") + variables.value("b") + variables.value("x");

    assertThat(ignored).isEqualTo("31");
    assertThat(variables.used())
        .containsExactly(Map.entry("c", "3"), Map.entry("b", "1"), Map.entry("x", ""));
  }
}
