package io.callmesh.ingress.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The three shapes of reference/twilio.md 4.2; Twilio refuses any member more. */
class TwilioMessageWriterTest {

  private static final byte[] AUDIO = {-1, -1, -1, -2, -2, -2};

  private final TwilioMessageWriter writer = new TwilioMessageWriter("MZ0001");

  @Test
  void writesTheThreeShapes() {
    assertThat(writer.media(AUDIO))
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

    assertThat(writer.media(audio))
        .isEqualTo(
            "{\"event\":\"media\",\"streamSid\":\"MZ0001\",\"media\":{\"payload\":\"////fv7+\"}}");
  }

  @Test
  void padsItsBase64() {
    assertThat(writer.media(new byte[] {-1})).contains("\"/w==\"");
  }

  @Test
  void letsNothingBreakOutOfItsString() {
    String sid = "MZ\",\"event\":\"clear\",\"x\":\"\\\n\u2028";
    TwilioMessageWriter hostile = new TwilioMessageWriter(sid);

    JsonObject media = new JsonObject(hostile.media(AUDIO));
    assertThat(media.fieldNames()).containsExactly("event", "streamSid", "media");
    assertThat(media.getString("event")).isEqualTo("media");
    assertThat(media.getString("streamSid")).isEqualTo(sid);
    assertThat(new JsonObject(hostile.mark(sid)).getJsonObject("mark").getString("name"))
        .isEqualTo(sid);
    assertThat(new JsonObject(hostile.clear()).getString("streamSid")).isEqualTo(sid);
  }
}
