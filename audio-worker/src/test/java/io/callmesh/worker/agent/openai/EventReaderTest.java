package io.callmesh.worker.agent.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
  @Test
  void readsAudioBitForBitHoweverLongItIs() throws Exception {
    for (int length : new int[] {0, 1, 2, 160, 4_000, 300_000}) {
      byte[] audio = new byte[length];
      new Random(length).nextBytes(audio);

      EventReader event = read(delta(Base64.getEncoder().encodeToString(audio)));

      assertThat(event.isAudio()).isTrue();
      assertThat(event.audio()).isEqualTo(audio);
      assertThat(event.responseId()).isEqualTo("resp_1");
      assertThat(event.itemId()).isEqualTo("item_1");
      assertThat(event.contentIndex()).isEqualTo(2);
    }
  }

  @Test
  void takesTheFieldsInAnyOrder() throws Exception {
    EventReader event =
        read(
            """
            {"delta": "AQID", "new": {"a": [1]}, "content_index": "1", "item_id": "i",
             "response_id": "r", "type": "response.output_audio.delta"}""");

    assertThat(event.audio()).containsExactly(1, 2, 3);
    assertThat(event.itemId()).isEqualTo("i");
    assertThat(event.responseId()).isEqualTo("r");
    assertThat(event.contentIndex()).isEqualTo(1);
  }

  @Test
  void readsNoMoreThanTheTypeOfOthers() throws Exception {
    EventReader event = read("{\"a\":{\"type\":\"x\"},\"type\":\"error\",\"delta\":\"AQID");

    assertThat(event.type()).isEqualTo("error");
    assertThat(event.isAudio()).isFalse();
    assertThat(event.audio()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"type\":\"\"}",
        "{\"type\":{\"a\":1}}",
        "{\"type\":\"response.output_audio.delta\"}",
        "{\"type\":\"response.output_audio.delta\",\"delta\":7}",
        "{\"type\":\"response.output_audio.delta\",\"delta\":\"A\"}",
        "{\"type\":\"response.output_audio.delta\",\"delta\":\"A*==\"}",
        "{\"type\":\"response.output_audio.delta\",\"delta\":\"AQID",
      })
  void refusesWhatIsNoEvent(String text) {
    assertThatExceptionOfType(MalformedEventException.class).isThrownBy(() -> read(text));
  }

  @Test
  void refusesAnIdentifierThatIsTooLong() {
    String event = delta("AQID").replace("item_1", "i".repeat(129));

    assertThatExceptionOfType(MalformedEventException.class).isThrownBy(() -> read(event));
  }

  private static String delta(String base64) {
    return "{\"type\":\"response.output_audio.delta\",\"event_id\":\"event_1\","
        + "\"response_id\":\"resp_1\",\"item_id\":\"item_1\",\"output_index\":0,"
        + "\"content_index\":2,\"delta\":\""
        + base64
        + "\"}";
  }

  private static EventReader read(String event) throws MalformedEventException {
    return EventReader.read(event.getBytes(StandardCharsets.UTF_8));
  }
}
