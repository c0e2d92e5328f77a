package io.callmesh.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.twilio.TwilioSignature;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TwilioRequestsTest {
  private static final SortedMap<String, List<String>> FORM =
      new TreeMap<>(Map.of("AccountSid", List.of("AC1"), "CallSid", List.of("CA1")));
  private static final SortedMap<String, List<String>> NOTHING = Collections.emptySortedMap();
  private static final String EXAMPLE = "/myapp.php?foo=1&bar=2";
  private static final String TARGET = "/twilio/voice?x=%2B1";

  private final TwilioAccounts accounts =
      new TwilioAccounts(
          Map.of(
              "AC1", List.of(new Secret("current"), new Secret("next")),
              "AC2", List.of(new Secret("others"))));
  private final TwilioRequests requests = at("https://mesh.example", "wss://mesh.example");

  /** The vectors of reference/twilio.md 2.3 for requests with a form. */
  @ParameterizedTest
  @CsvSource({
    "https://mycompany.com, +14158675309, RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    "https://mycompany.com:443, +14158675309, kvajT1Ptam85bY51eRf/AJRuM3w=",
    "https://mycompany.com, +14158675309, kvajT1Ptam85bY51eRf/AJRuM3w=",
    "http://mycompany.com:80, +14158675309, 0ZXoZLH/DfblKGATFgpif+LLRf4=",
    "http://mycompany.com, +14158675309, 0ZXoZLH/DfblKGATFgpif+LLRf4=",
    "https://example.com, +14158675310, L/OH5YylLD5NRKLltdqwSvS0BnU=",
  })
  void takesTwiliosExamplesWithAForm(String base, String caller, String signature) {
    SortedMap<String, List<String>> form =
        new TreeMap<>(
            Map.of(
                "CallSid", List.of("CA1234567890ABCDE"),
                "Caller", List.of(caller),
                "Digits", List.of("1234"),
                "From", List.of(caller),
                "To", List.of("+18005551212")));
    TwilioRequests own = ofTheExamples(base);

    assertThat(own.genuineWebhook("AC1", EXAMPLE, form, signature)).isTrue();
    assertThat(own.genuineWebhook("AC1", EXAMPLE, NOTHING, signature)).isFalse();
  }

  @Test
  void takesTwiliosExampleWithoutAForm() {
    TwilioRequests own = ofTheExamples("https://mycompany.com");

    assertThat(own.genuineWebhook("AC1", EXAMPLE, NOTHING, "zYQTYrRWXE7LtzbG4PfP7/bkkGo="))
        .isTrue();
  }

  @Test
  void takesTwiliosExampleOfABodyThatIsNoForm() {
    TwilioRequests own = ofTheExamples("https://mycompany.com");
    String target =
        EXAMPLE + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    String signature = "a9nBmqA0ju/hNViExpshrM61xv4=";
    byte[] body = utf8("{\"property\": \"value\", \"boolean\": true}");

    assertThat(own.genuineWebhook("AC1", target, body, signature)).isTrue();
    assertThat(own.genuineWebhook("AC1", target, utf8("{}"), signature)).isFalse();
    assertThat(own.genuineWebhook("AC1", EXAMPLE, body, "zYQTYrRWXE7LtzbG4PfP7/bkkGo=")).isFalse();
    assertThat(own.genuineWebhook("AC1", target, body, null)).isFalse();
    assertThat(own.genuineWebhook("AC2", target, body, signature)).isFalse();
  }

  /** The same reference's vectors for WebSocket handshakes; the last has the wrong scheme. */
  @ParameterizedTest
  @CsvSource({
    "ASGyPT9kdDVOm79OxfQnw7HcSP8=, true",
    "s8PR4IzGlCW8C4hFit29c/IbuH8=, true",
    "C9S82mGEXw9m712vXhUGYWVNxaI=, true",
    "k+bG+9TKzlwcKoVkEifGbIQQ/mM=, false",
  })
  void takesTwiliosExamplesOfHandshakes(String signature, boolean genuine) {
    assertThat(ofTheExamples("https://x").genuineHandshake("AC1", "/media", signature))
        .isEqualTo(genuine);
  }

  private static TwilioRequests ofTheExamples(String web) {
    return new TwilioRequests(
        new TwilioAccounts(Map.of("AC1", List.of(new Secret("12345")))),
        new PublicUrls(web, "wss://bridge.example.com"));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"current", "next"})
  void takesEveryTokenOfTheAccount(String token) {
    String signature = signature(token, "https://mesh.example" + TARGET, FORM);

    assertThat(requests.genuineWebhook("AC1", TARGET, FORM, signature)).isTrue();
  }

  @Test
  void refusesTheTokenOfAnotherAccount() {
    String signature = signature("others", "https://mesh.example" + TARGET, FORM);

    assertThat(requests.genuineWebhook("AC1", TARGET, FORM, signature)).isFalse();
    assertThat(requests.genuineWebhook("AC3", TARGET, FORM, signature)).isFalse();
    assertThat(requests.genuineWebhook("", TARGET, FORM, signature)).isFalse();
  }

  @Test
  void refusesWhatWasChanged() {
    String signature = signature("current", "https://mesh.example" + TARGET, FORM);
    SortedMap<String, List<String>> changed = new TreeMap<>(FORM);
    changed.put("To", List.of("+1900"));

    assertThat(requests.genuineWebhook("AC1", TARGET, changed, signature)).isFalse();
    assertThat(requests.genuineWebhook("AC1", TARGET + "0", FORM, signature)).isFalse();
    assertThat(requests.genuineWebhook("AC1", "/twilio/voice?x=+1", FORM, signature)).isFalse();
    assertThat(requests.genuineWebhook("AC1", TARGET, NOTHING, signature)).isFalse();
  }

  @Test
  void refusesWhatIsNoSignature() {
    assertThat(requests.genuineWebhook("AC1", TARGET, FORM, null)).isFalse();
    assertThat(requests.genuineWebhook("AC1", TARGET, FORM, "")).isFalse();
    assertThat(requests.genuineWebhook("AC1", TARGET, FORM, "ü not base64")).isFalse();
    assertThat(requests.genuineHandshake("AC1", "/streams/t", null)).isFalse();
    assertThat(requests.handshakeSigner("/streams", null)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://mesh.example:8443,https://mesh.example:8443",
    "https://mesh.example:8443,https://mesh.example",
    "https://mesh.example,https://mesh.example:443",
    "http://mesh.example:8080,http://mesh.example:8080",
    "http://localhost:8080,http://127.0.0.1:8080",
    "http://127.0.0.1:8080,http://localhost:8080",
    "http://localhost:8080,http://[::1]:8080",
    "https://mesh.example/prefix,https://mesh.example/prefix",
  })
  void takesTheSpellingsThatTwilioMaySign(String configured, String signed) {
    String signature = signature("current", signed + TARGET, FORM);

    assertThat(at(configured, "wss://x").genuineWebhook("AC1", TARGET, FORM, signature)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "https://mesh.example,http://mesh.example",
    "https://mesh.example,https://mesh.example:8443",
    "https://mesh.example,https://localhost",
    "https://mesh.example,https://mesh.example.evil.example",
    "https://mesh.example/prefix,https://mesh.example",
  })
  void refusesOtherUrls(String configured, String signed) {
    String signature = signature("current", signed + TARGET, FORM);

    assertThat(at(configured, "wss://x").genuineWebhook("AC1", TARGET, FORM, signature)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "wss://mesh.example,wss://mesh.example/streams/t,true",
    "wss://mesh.example,wss://mesh.example/streams/t/,true",
    "wss://mesh.example,https://mesh.example/streams/t,false",
    "wss://mesh.example,wss://mesh.example/streams/u,false",
    "ws://localhost:8080,ws://127.0.0.1:8080/streams/t,true",
  })
  void checksHandshakesOnTheStreamsUrl(String configured, String signed, boolean genuine) {
    TwilioRequests at = at("https://mesh.example", configured);
    String signature = signature("current", signed, NOTHING);

    assertThat(at.genuineHandshake("AC1", "/streams/t", signature)).isEqualTo(genuine);
    assertThat(at.handshakeSigner("/streams/t", signature))
        .isEqualTo(genuine ? Optional.of("AC1") : Optional.empty());
    assertThat(at.genuineHandshake("AC2", "/streams/t", signature)).isFalse();
  }

  private TwilioRequests at(String web, String streams) {
    return new TwilioRequests(accounts, new PublicUrls(web, streams));
  }

  private static String signature(String token, String url, SortedMap<String, List<String>> form) {
    return TwilioSignature.of(token, url, form);
  }
}
