package io.callmesh.contracts.twilio;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Twilio's request signature (reference/twilio.md 2.1): HMAC-SHA1 with the account's Auth Token
 * over the URL and the sorted form parameters, in base64.
 */
public final class TwilioSignature {
  /** The header that carries it. */
  public static final String HEADER = "X-Twilio-Signature";

  private static final String ALGORITHM = "HmacSHA1";
  private static final String BODY_HASH = "bodySHA256=";

  private TwilioSignature() {}

  /**
   * The signature of a request.
   *
   * @param authToken the account's primary Auth Token
   * @param url exactly as requested: scheme, host, path, raw query; no fragment, no user info
   * @param form decoded form parameters by name, in the order of UTF-16 code units; empty for GET,
   *     for JSON bodies and for WebSocket handshakes. A name's values are signed sorted and without
   *     repetition, as Twilio's Node and Python SDKs do.
   */
  public static String of(
      String authToken, String url, SortedMap<String, ? extends Collection<String>> form) {
    StringBuilder signed = new StringBuilder(url);
    form.forEach(
        (name, values) ->
            new TreeSet<>(values).forEach(value -> signed.append(name).append(value)));
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(authToken.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return Base64.getEncoder()
          .encodeToString(mac.doFinal(signed.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /**
   * Whether a URL covers a body that is no form: Twilio then puts the body's SHA-256, in lower-case
   * hex, at the end of the query, and signs the URL alone. Says nothing of the URL's signature.
   *
   * @param target the URL, or its path and query, as received
   * @param body the raw bytes
   */
  public static boolean coversBody(String target, byte[] body) {
    String parameter = BODY_HASH + sha256(body);
    return target.endsWith("?" + parameter) || target.endsWith("&" + parameter);
  }

  private static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
