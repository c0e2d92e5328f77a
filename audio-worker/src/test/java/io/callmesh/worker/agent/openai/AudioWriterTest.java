package io.callmesh.worker.agent.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AudioWriterTest {
  private final AudioWriter writer = new AudioWriter(160);

  @Test
  void writesWhatTheApiTakes() {
    assertThat(written(new byte[] {1, 2, 3, 4}))
        .isEqualTo("{\"type\":\"input_audio_buffer.append\",\"audio\":\"AQIDBA==\"}");
  }

  @Test
  void carriesFramesOfAnyLengthBitForBit() {
    Random random = new Random(1);
    for (int length : new int[] {160, 0, 1, 159, 161, 8_000, 2}) {
      byte[] audio = new byte[length];
      random.nextBytes(audio);

      JsonObject event = new JsonObject(written(audio));

      assertThat(Base64.getDecoder().decode(event.getString("audio"))).isEqualTo(audio);
      assertThat(event.fieldNames()).containsExactly("type", "audio");
    }
  }

  private String written(byte[] audio) {
    int length = writer.append(audio);
    return new String(writer.utf8(), 0, length, StandardCharsets.UTF_8);
  }
}
