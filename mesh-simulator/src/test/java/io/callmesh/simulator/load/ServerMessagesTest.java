package io.callmesh.simulator.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerMessagesTest {
  private final ServerMessages messages = new ServerMessages();

  private int put(String message) {
    byte[] text = message.getBytes(UTF_8);
    System.arraycopy(text, 0, messages.room(text.length), 0, text.length);
    return text.length;
  }

  private static String media(String payload) {
    return "{\"event\":\"media\",\"streamSid\":\"MZ1\",\"media\":{\"payload\":\""
        + payload
        + "\"}}";
  }

  private byte[] audio(String message) {
    int bytes = messages.readAudio(put(message));
    return Arrays.copyOf(messages.audio(), bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 80, 160, 161, 4_000})
  void readsAudioWhetherItsSlashesAreEscapedOrNot(int size) {
    byte[] audio = new byte[size];
    Arrays.fill(audio, (byte) 0xFF);
    String payload = Base64.getEncoder().encodeToString(audio);

    assertThat(audio(media(payload))).isEqualTo(audio);
    assertThat(audio(media(payload.replace("/", "\\/")))).isEqualTo(audio);
  }

  @Test
  void otherThanBase64IsTold() {
    assertThat(messages.readAudio(put(media("no base64!")))).isEqualTo(-1);
    assertThat(messages.readAudio(put(media("no base64\\!")))).isEqualTo(-1);
    assertThat(messages.readAudio(put(media("\\u0000")))).isEqualTo(-1);
  }

  @Test
  void readsNamesOfMarksAsJsonHasThem() {
    String mark = "{\"event\":\"mark\",\"streamSid\":\"MZ1\",\"mark\":{\"name\":\"%s\"}}";

    assertThat(messages.markName(put(mark.formatted("m-1")))).isEqualTo("m-1");
    assertThat(messages.markName(put(mark.formatted("a\\/b\\\"c\\u0041")))).isEqualTo("a/b\"cA");
    assertThat(messages.markName(put(mark.formatted("Grüße")))).isEqualTo("Grüße");
  }
}
