package io.callmesh.runtime.security;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Twilio's signature as reference/twilio.md 2.1 writes it, line by line, with HMAC (RFC 2104) spelt
 * out: an oracle that shares nothing with our validator.
 */
final class WrittenAlgorithm {
  private static final int BLOCK_BYTES = 64;

  private WrittenAlgorithm() {}

  /** The signature of a URL and the fields of a form, in whatever order they came. */
  static String sign(String token, String url, List<Map.Entry<String, String>> fields) {
    List<String> keys = new ArrayList<>();
    for (Map.Entry<String, String> field : fields) {
      if (!keys.contains(field.getKey())) {
        keys.add(field.getKey());
      }
    }
    Collections.sort(keys);
    String data = url;
    for (String key : keys) {
      List<String> values = new ArrayList<>();
      for (Map.Entry<String, String> field : fields) {
        if (field.getKey().equals(key) && !values.contains(field.getValue())) {
          values.add(field.getValue());
        }
      }
      Collections.sort(values);
      for (String value : values) {
        data = data + key + value;
      }
    }
    return Base64.getEncoder().encodeToString(hmac(utf8(token), utf8(data)));
  }

  private static byte[] hmac(byte[] secret, byte[] data) {
    byte[] key = Arrays.copyOf(secret.length > BLOCK_BYTES ? sha1(secret) : secret, BLOCK_BYTES);
    return sha1(padded(key, 0x5c), sha1(padded(key, 0x36), data));
  }

  private static byte[] padded(byte[] key, int pad) {
    byte[] padded = new byte[BLOCK_BYTES];
    for (int i = 0; i < BLOCK_BYTES; i++) {
      padded[i] = (byte) (key[i] ^ pad);
    }
    return padded;
  }

  private static byte[] sha1(byte[]... parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    try {
      return MessageDigest.getInstance("SHA-1").digest(whole.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
