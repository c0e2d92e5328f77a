package io.callmesh.contracts.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.SpecVersion;
import io.cloudevents.jackson.JsonCloudEventData;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.jackson.JsonFormatOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallEventTest {

  private static final Instant TIME = Instant.parse("2026-11-23T10:00:00.123456Z");

  @ParameterizedTest
  @EnumSource(CallEventType.class)
  void isACloudEventToTheOfficialSdk(CallEventType type) {
    CloudEvent event = parsed(new JsonObject().put("text", "\u00e4\u4e2d").put("n", 5), type);

    assertThat(event.getSpecVersion()).isEqualTo(SpecVersion.V1);
    assertThat(event.getId()).isEqualTo("id-1");
    assertThat(event.getType()).isEqualTo(type.type());
    assertThat(event.getSource()).isEqualTo(URI.create("/callmesh/stream-ingress"));
    assertThat(event.getSubject()).isEqualTo("CA1");
    assertThat(event.getTime()).isEqualTo(TIME.atOffset(ZoneOffset.UTC));
    assertThat(event.getDataContentType()).isEqualTo("application/json");
    assertThat(event.getExtensionNames()).isEmpty();
  }

  @Test
  void carriesItsDataAsJsonAndNotAsText() {
    CloudEventData data =
        parsed(new JsonObject().put("durationMs", 5), CallEventType.STREAM_ENDED).getData();

    assertThat(data).isInstanceOf(JsonCloudEventData.class);
    assertThat(((JsonCloudEventData) data).getNode().get("durationMs").asInt()).isEqualTo(5);
  }

  private static CloudEvent parsed(JsonObject data, CallEventType type) {
    CallEvent event = new CallEvent("id-1", type, "/callmesh/stream-ingress", "CA1", TIME, data);
    JsonFormat strict = new JsonFormat(JsonFormatOptions.builder().build());
    return strict.deserialize(event.toJson().encode().getBytes(UTF_8));
  }
}
