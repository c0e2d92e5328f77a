package io.callmesh.ingress.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The three shapes of reference/twilio.md 4.2; Twilio refuses any member more. */
class TwilioMessageWriterTest {

  private static final byte[] AUDIO = {-1, -1, -1, -2, -2, -2};

  private final TwilioMessageWriter writer = new TwilioMessageWriter("MZ0001");

  @Test
  void writesTheThreeShapes() {
    assertThat(media(writer, AUDIO))
        .isEqualTo(
            "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"////fv7+\"}}"
                .replace("////fv7+", Base64.getEncoder().encodeToString(AUDIO)));
    assertThat(writer.mark("u3:12"))
        .isEqualTo("{\"event\":\"mark\",\"streamSid\":\"MZ0001\",\"mark\":{\"name\":\"u3:12\"}}");
    assertThat(writer.clear()).isEqualTo("{\"event\":\"clear\",\"streamSid\":\"MZ0001\"}");
  }

  @Test
  void writesTheReferencesBytes() {
    byte[] audio = Base64.getDecoder().decode("////fv7+");

    assertThat(media(writer, audio))
        .isEqualTo(
            "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"////fv7+\"}}");
  }

  @Test
  void padsItsBase64() {
    assertThat(media(writer, new byte[] {-1})).contains("\"/w==\"");
  }

  @Test
  void letsNothingBreakOutOfItsString() {
    String sid = "MZ\",\"event\":\"clear\",\"x\":\"\\\n\u2028";
    TwilioMessageWriter hostile = new TwilioMessageWriter(sid);

    JsonObject media = new JsonObject(media(hostile, AUDIO));
    assertThat(media.fieldNames()).containsExactly("event", "streamSid", "media");
    assertThat(media.getString("event")).isEqualTo("media");
    assertThat(media.getString("streamSid")).isEqualTo(sid);
    assertThat(new JsonObject(hostile.mark(sid)).getJsonObject("mark").getString("name"))
        .isEqualTo(sid);
    assertThat(new JsonObject(hostile.clear()).getString("streamSid")).isEqualTo(sid);
  }

  @Test
  void writesAnyLengthBehindAnyOther() {
    Scratch scratch = new Scratch();
    for (int length : new int[] {160, 0, 1, 20_000, 2, 160}) {
      byte[] audio = new byte[length];
      Arrays.fill(audio, (byte) length);

      int written = writer.media(audio, scratch);
      JsonObject message =
          new JsonObject(new String(scratch.message(written), 0, written, StandardCharsets.UTF_8));

      assertThat(message.getJsonObject("media").getBinary("payload")).isEqualTo(audio);
    }
  }

  private static String media(TwilioMessageWriter writer, byte[] mulaw) {
    Scratch scratch = new Scratch();
    int length = writer.media(mulaw, scratch);
    return new String(scratch.message(length), 0, length, StandardCharsets.UTF_8);
  }
}
