package io.callmesh.routing.project;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldDiffTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":1}|{\"a\":1}|[]",
        "{\"a\":1}|{\"a\":2}|[{\"path\":\"a\",\"from\":1,\"to\":2}]",
        "{}|{\"a\":2}|[{\"path\":\"a\",\"from\":null,\"to\":2}]",
        "{\"a\":{\"b\":1,\"c\":1}}|{\"a\":{\"b\":2,\"c\":1}}|[{\"path\":\"a.b\",\"from\":1,\"to\":2}]",
        "{\"a\":[1]}|{\"a\":[2]}|[{\"path\":\"a\",\"from\":[1],\"to\":[2]}]",
        "{\"d\":[{\"name\":\"x\",\"r\":1}]}|{\"d\":[{\"name\":\"x\",\"r\":2}]}|[{\"path\":\"d[x].r\",\"from\":1,\"to\":2}]",
        "{\"d\":[{\"name\":\"x\"}]}|{\"d\":[{\"name\":\"y\"}]}|[{\"path\":\"d[x]\",\"from\":{\"name\":\"x\"},\"to\":null},{\"path\":\"d[y]\",\"from\":null,\"to\":{\"name\":\"y\"}}]",
        "{\"d\":[{\"name\":\"x\"},{\"name\":\"y\"}]}|{\"d\":[{\"name\":\"y\"},{\"name\":\"x\"}]}|[{\"path\":\"d\",\"from\":[\"x\",\"y\"],\"to\":[\"y\",\"x\"]}]",
        "{\"agent\":{\"headers\":{\"A\":\"old\"}}}|{\"agent\":{\"headers\":{\"A\":\"new\"}}}|[{\"path\":\"agent.headers.A\",\"from\":\"(hidden)\",\"to\":\"(hidden)\"}]",
        "{\"agent\":{}}|{\"agent\":{\"headers\":{\"A\":\"new\"}}}|[{\"path\":\"agent.headers\",\"from\":null,\"to\":\"(hidden)\"}]",
        "{}|{\"agent\":{\"url\":\"wss://a\",\"headers\":{\"A\":\"new\"}}}|[{\"path\":\"agent\",\"from\":null,\"to\":{\"url\":\"wss://a\",\"headers\":\"(hidden)\"}}]",
        "{\"agent\":{\"headers\":{\"A\":{\"secret\":\"old\"}}}}|{\"agent\":{\"headers\":{\"A\":{\"secret\":\"new\"}}}}|[{\"path\":\"agent.headers.A.secret\",\"from\":\"(hidden)\",\"to\":\"(hidden)\"}]",
      })
  void namesWhatDiffers(String before, String after, String fields) {
    assertThat(FieldDiff.of(new JsonObject(before), new JsonObject(after)).encode())
        .isEqualTo(fields);
  }
}
