package io.callmesh.contracts.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import com.twilio.security.RequestValidator;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors of reference/twilio.md 2.3, and Twilio's own SDK as an oracle. */
class TwilioSignatureTest {

  private static final String TOKEN = "12345";
  private static final SortedMap<String, List<String>> NO_FORM = Collections.emptySortedMap();
  private static final String ALPHABET =
      "abcXYZ019 +&=%#?/:;.,-_~!'()*|\"\\\t\n\u00e4\u20ac\u4e2d\ud83d\ude00";

  @ParameterizedTest
  @CsvSource({
    "https://mycompany.com/myapp.php?foo=1&bar=2, RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    "https://mycompany.com:443/myapp.php?foo=1&bar=2, kvajT1Ptam85bY51eRf/AJRuM3w=",
    "http://mycompany.com:80/myapp.php?foo=1&bar=2, 0ZXoZLH/DfblKGATFgpif+LLRf4=",
  })
  void signsUrlAndFormAsTwilioDoes(String url, String signature) {
    assertThat(TwilioSignature.of(TOKEN, url, form("+14158675309"))).isEqualTo(signature);
  }

  @Test
  void signsTheFormOfTheExampleComVector() {
    assertThat(
            TwilioSignature.of(
                TOKEN, "https://example.com/myapp.php?foo=1&bar=2", form("+14158675310")))
        .isEqualTo("L/OH5YylLD5NRKLltdqwSvS0BnU=");
  }

  @ParameterizedTest
  @CsvSource({
    "https://mycompany.com/myapp.php?foo=1&bar=2, zYQTYrRWXE7LtzbG4PfP7/bkkGo=",
    "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256="
        + "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620,"
        + " a9nBmqA0ju/hNViExpshrM61xv4=",
    "wss://bridge.example.com/media, ASGyPT9kdDVOm79OxfQnw7HcSP8=",
    "wss://bridge.example.com/media/, s8PR4IzGlCW8C4hFit29c/IbuH8=",
    "wss://bridge.example.com:443/media, C9S82mGEXw9m712vXhUGYWVNxaI=",
    "https://bridge.example.com/media, k+bG+9TKzlwcKoVkEifGbIQQ/mM=",
  })
  void signsTheUrlAloneWithoutAForm(String url, String signature) {
    assertThat(TwilioSignature.of(TOKEN, url, NO_FORM)).isEqualTo(signature);
  }

  @Test
  void tellsWhetherTheUrlCoversTheBody() {
    // reference/twilio.md 2.3
    byte[] body = "{\"property\": \"value\", \"boolean\": true}".getBytes(StandardCharsets.UTF_8);
    byte[] other = "{\"property\": \"value\", \"boolean\": true} ".getBytes(StandardCharsets.UTF_8);
    String hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";

    assertThat(TwilioSignature.coversBody("/myapp.php?foo=1&bar=2&bodySHA256=" + hash, body))
        .isTrue();
    assertThat(TwilioSignature.coversBody("/myapp.php?bodySHA256=" + hash, body)).isTrue();
    assertThat(TwilioSignature.coversBody("/myapp.php?bodySHA256=" + hash, other)).isFalse();
    assertThat(TwilioSignature.coversBody("/myapp.php?bodySHA256=" + hash + "&x=1", body))
        .isFalse();
    assertThat(TwilioSignature.coversBody("/myapp.php?xbodySHA256=" + hash, body)).isFalse();
    assertThat(TwilioSignature.coversBody("/myapp.php", body)).isFalse();
  }

  @Test
  void signsRepeatedValuesSortedAndOnce() {
    String url = "https://example.com/";

    assertThat(TwilioSignature.of(TOKEN, url, sorted(Map.of("K", List.of("b", "a", "b")))))
        .isEqualTo(TwilioSignature.of(TOKEN, url + "KaKb", NO_FORM))
        .isNotEqualTo(TwilioSignature.of(TOKEN, url + "Kab", NO_FORM));
  }

  @Test
  void signsTheNameOfAnEmptyValueAndDoesNotTrim() {
    String url = "https://example.com/";

    assertThat(
            TwilioSignature.of(TOKEN, url, sorted(Map.of("A", List.of(""), "B", List.of(" x ")))))
        .isEqualTo(TwilioSignature.of(TOKEN, url + "AB x ", NO_FORM));
  }

  @Test
  void ordersNamesByCodeUnitWithCapitalsFirst() {
    String url = "https://example.com/";

    assertThat(
            TwilioSignature.of(
                TOKEN,
                url,
                sorted(Map.of("a", List.of("1"), "B", List.of("2"), "Aa", List.of("3")))))
        .isEqualTo(TwilioSignature.of(TOKEN, url + "Aa3B2a1", NO_FORM));
  }

  @Test
  void agreesWithTheOfficialSdkOnGeneratedForms() {
    Random random = new Random(20_261_123);
    for (int round = 0; round < 200; round++) {
      String token = text(random, 1 + random.nextInt(40));
      String url = "https://host.example.com/twilio/voice?n=" + random.nextInt();
      SortedMap<String, String> form = new TreeMap<>();
      for (int field = random.nextInt(20); field > 0; field--) {
        form.put("F" + text(random, random.nextInt(12)), text(random, random.nextInt(30)));
      }

      String signature = TwilioSignature.of(token, url, multiValued(form));

      assertThat(new RequestValidator(token).validate(url, new HashMap<>(form), signature))
          .as("round %d", round)
          .isTrue();
      form.put("Forged", "1");
      assertThat(new RequestValidator(token).validate(url, new HashMap<>(form), signature))
          .as("round %d, forged", round)
          .isFalse();
    }
  }

  private static SortedMap<String, List<String>> form(String caller) {
    return sorted(
        Map.of(
            "CallSid", List.of("CA1234567890ABCDE"),
            "Caller", List.of(caller),
            "Digits", List.of("1234"),
            "From", List.of(caller),
            "To", List.of("+18005551212")));
  }

  private static SortedMap<String, List<String>> sorted(Map<String, List<String>> form) {
    return new TreeMap<>(form);
  }

  private static SortedMap<String, Collection<String>> multiValued(Map<String, String> form) {
    SortedMap<String, Collection<String>> many = new TreeMap<>();
    form.forEach((name, value) -> many.put(name, List.of(value)));
    return many;
  }

  private static String text(Random random, int length) {
    int[] symbols = ALPHABET.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    random.ints(length, 0, symbols.length).forEach(at -> text.appendCodePoint(symbols[at]));
    return text.toString();
  }
}
