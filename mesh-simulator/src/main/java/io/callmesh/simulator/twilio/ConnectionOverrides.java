package io.callmesh.simulator.twilio;

import java.net.URI;
import java.util.List;
import java.util.Set;

/**
 * Which failures of a webhook are followed by another attempt (reference/twilio.md 1.4): the
 * fragment's {@code rc} and {@code rp}. Without them, one retry when there was no connection.
 *
 * @param retries 0 to 5
 * @param policies of {@code 4xx}, {@code 5xx}, {@code ct}, {@code rt} and {@code all}
 */
record ConnectionOverrides(int retries, Set<String> policies) {
  private static final int MOST_RETRIES = 5;

  /** Those of a URL; throws {@link CallException} when they cannot be read. */
  static ConnectionOverrides of(URI url) {
    String fragment = url.getRawFragment() == null ? "" : url.getRawFragment();
    int retries = 1;
    Set<String> policies = Set.of("ct");
    for (String field : fragment.split("&", -1)) {
      if (field.startsWith("rc=")) {
        retries = retries(field.substring(3));
      } else if (field.startsWith("rp=")) {
        policies = Set.copyOf(List.of(field.substring(3).split(",", -1)));
      }
    }
    return new ConnectionOverrides(retries, policies);
  }

  private static int retries(String text) {
    if (text.length() != 1 || text.charAt(0) < '0' || text.charAt(0) > '0' + MOST_RETRIES) {
      throw CallException.twiml("rc=" + text + " in a URL's fragment is not 0 to " + MOST_RETRIES);
    }
    return text.charAt(0) - '0';
  }

  /** Whether an answer of this status is not taken. */
  boolean repeats(int status) {
    return status >= 400 && asks(status / 100 + "xx");
  }

  /**
   * Whether a failure without an answer is not taken.
   *
   * @param unconnected whether there was no connection at all
   */
  boolean repeats(boolean unconnected) {
    return asks(unconnected ? "ct" : "rt");
  }

  private boolean asks(String policy) {
    return policies.contains(policy) || policies.contains("all");
  }
}
