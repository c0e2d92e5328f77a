package io.callmesh.routing.voice;

import java.util.Locale;
import java.util.Set;

/**
 * The caller's leg of a call, as a webhook tells it (reference/twilio.md 1.2).
 *
 * @param from who calls: E.164, {@code client:…}, {@code sip:…}, or {@value #ANONYMOUS}
 * @param to who is called
 * @param sip whether the leg is SIP, so that it can be sent a REFER
 * @param sipHost the host, perhaps with a port, of the caller's SIP address; empty for other legs
 */
record Leg(String from, String to, boolean sip, String sipHost) {
  /** What stands for a number that the caller does not show. */
  static final String ANONYMOUS = "anonymous";

  /** How carriers say it: in words, or keyed on a telephone's letters. */
  private static final Set<String> NOT_SHOWN =
      Set.of(
          "",
          "anonymous",
          "restricted",
          "unavailable",
          "unknown",
          "private",
          "+266696687",
          "+7378742833",
          "+86282452253",
          "+8656696",
          "+2562533");

  static Leg of(TwilioWebhook call) {
    String from = call.get("From").isEmpty() ? call.get("Caller") : call.get("From");
    String to = call.get("To").isEmpty() ? call.get("Called") : call.get("To");
    boolean sip =
        from.startsWith("sip:")
            || !call.get("SipDomain").isEmpty()
            || !call.get("SipCallId").isEmpty();
    return new Leg(shown(from), to, sip, sip ? host(from) : "");
  }

  boolean anonymous() {
    return from.equals(ANONYMOUS);
  }

  /** RFC 3323 has callers who hide at {@code anonymous.invalid}. */
  private static String shown(String from) {
    String plain = from.strip().toLowerCase(Locale.ROOT);
    return NOT_SHOWN.contains(plain) || plain.startsWith("sip:anonymous@") ? ANONYMOUS : from;
  }

  private static String host(String address) {
    int start = address.indexOf('@') + 1;
    int end = start;
    while (end < address.length() && ";?>".indexOf(address.charAt(end)) < 0) {
      end++;
    }
    return address.startsWith("sip:") && start > 0 ? address.substring(start, end) : "";
  }
}
