package io.callmesh.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.twilio.security.RequestValidator;
import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.security.SignedRequest.Kind;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Our validator on thousands of made-up requests: against the algorithm as it is written, always;
 * against the official SDK, agreeing where that is right and differing where the reference says
 * that it is wrong.
 */
class TwilioRequestsPropertyTest {
  private static final int ROUNDS = 3_000;
  private static final int LEAST_OF_EACH_KIND = 10;
  private static final String ACCOUNT = "AC1";
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

  private final RequestValidator sdk = new RequestValidator(TOKEN);

  @Test
  void takesWhatTheWrittenAlgorithmSigns() {
    Random random = new Random(20_261_123);
    for (int round = 0; round < ROUNDS; round++) {
      SignedRequest request = SignedRequest.random(random);

      assertThat(genuine(request, signature(request))).as("round %d: %s", round, request).isTrue();
    }
  }

  @Test
  void agreesWithTheSdkWhereThatIsRightAndNowhereElse() {
    Random random = new Random(20_261_124);
    Map<Kind, Integer> seen = new EnumMap<>(Kind.class);
    for (int round = 0; round < ROUNDS; round++) {
      SignedRequest request = SignedRequest.random(random);
      Kind kind = request.kind();
      seen.merge(kind, 1, Integer::sum);

      assertThat(
              sdk.validate(
                  request.base() + request.target(), request.formOfTheSdk(), signature(request)))
          .as("round %d: %s %s", round, kind, request)
          .isEqualTo(kind.sdkIsRight());
    }
    assertThat(seen).containsOnlyKeys(Kind.values());
    assertThat(seen.values()).allMatch(count -> count >= LEAST_OF_EACH_KIND);
  }

  /** Also where the SDK is right, so that it is not right by taking everything. */
  @Test
  void refusesWhatWasChangedInOneCharacter() {
    Random random = new Random(20_261_125);
    int[] changed = new int[4];
    for (int round = 0; round < ROUNDS; round++) {
      SignedRequest request = SignedRequest.random(random);
      String signature = signature(request);

      changed[0] += refusesAnotherTarget(random, request, signature);
      changed[1] += refusesAnotherSignature(random, request, signature);
      changed[2] += refusesAnotherKey(random, request, signature);
      changed[3] += refusesAnotherValue(random, request, signature);
    }
    assertThat(Arrays.stream(changed).boxed()).allMatch(count -> count > ROUNDS / 2);
  }

  private int refusesAnotherTarget(Random random, SignedRequest request, String signature) {
    if (request.target().length() == 1) {
      return 0;
    }
    String path = request.target().substring(1);
    assertRefused(request.withTarget("/" + changed(random, path, "abc/?&=%+")), signature);
    return 1;
  }

  private int refusesAnotherSignature(Random random, SignedRequest request, String signature) {
    assertRefused(request, changed(random, signature, BASE64));
    return 1;
  }

  private int refusesAnotherKey(Random random, SignedRequest request, String signature) {
    if (request.fields().isEmpty()) {
      return 0;
    }
    int at = random.nextInt(request.fields().size());
    Map.Entry<String, String> field = request.fields().get(at);
    String key = changed(random, field.getKey(), "aB1 \u00e4");
    assertRefused(request.withField(at, key, field.getValue()), signature);
    return 1;
  }

  private int refusesAnotherValue(Random random, SignedRequest request, String signature) {
    if (request.fields().isEmpty()) {
      return 0;
    }
    int at = random.nextInt(request.fields().size());
    Map.Entry<String, String> field = request.fields().get(at);
    String value =
        field.getValue().isEmpty() ? " " : changed(random, field.getValue(), "aB1 \u00e4");
    assertRefused(request.withField(at, field.getKey(), value), signature);
    return 1;
  }

  private void assertRefused(SignedRequest request, String signature) {
    assertThat(genuine(request, signature)).as("%s", request).isFalse();
    if (request.kind().sdkIsRight()) {
      String url = request.base() + request.target();
      assertThat(sdk.validate(url, request.formOfTheSdk(), signature)).as("%s", request).isFalse();
    }
  }

  @Test
  void agreesWithTheSdkOnBodiesThatAreNoForm() throws URISyntaxException {
    Random random = new Random(20_261_126);
    for (int round = 0; round < 500; round++) {
      String body = "{\"text\":\"\u00e4\u20ac" + random.nextLong() + " ".repeat(round % 7) + "\"}";
      String path = round % 2 == 0 ? "/twilio/x?" : "/twilio/x?a=%2B1&b=" + random.nextInt() + "&";
      String target = path + "bodySHA256=" + sha256(body);

      assertBody(true, target, body);
      assertBody(false, target, changed(random, body, "abc ")); // the hash is of another body
      assertBody(false, path + "bodySHA256=", body);
      assertBody(false, path + "body=" + sha256(body), body);
    }
  }

  private void assertBody(boolean genuine, String target, String body) throws URISyntaxException {
    String url = "https://mesh.example.com" + target;
    String signature = WrittenAlgorithm.sign(TOKEN, url, List.of());
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);

    assertThat(
            requests("https://mesh.example.com").genuineWebhook(ACCOUNT, target, bytes, signature))
        .isEqualTo(genuine);
    assertThat(sdk.validate(url, body, signature)).isEqualTo(genuine);
    assertThat(
            requests("https://mesh.example.com")
                .genuineWebhook(ACCOUNT, target, bytes, changed(new Random(1), signature, BASE64)))
        .isFalse();
  }

  private static String sha256(String body) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
      return String.format("%064x", new BigInteger(1, hash));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean genuine(SignedRequest request, String signature) {
    TwilioRequests requests = requests(request.base());
    return request.webSocket()
        ? requests.genuineHandshake(ACCOUNT, request.target(), signature)
        : requests.genuineWebhook(ACCOUNT, request.target(), request.form(), signature);
  }

  private static TwilioRequests requests(String base) {
    return new TwilioRequests(
        new TwilioAccounts(Map.of(ACCOUNT, List.of(new Secret(TOKEN)))),
        new PublicUrls(base, base));
  }

  private static String signature(SignedRequest request) {
    return WrittenAlgorithm.sign(TOKEN, request.signedUrl(), request.fields());
  }

  /** The text with one of its characters replaced by another one of these. */
  private static String changed(Random random, String text, String by) {
    int[] characters = text.codePoints().toArray();
    int at = random.nextInt(characters.length);
    int other = by.codePointAt(random.nextInt(by.length()));
    characters[at] = other == characters[at] ? '*' : other;
    return new String(characters, 0, characters.length);
  }
}
