package io.callmesh.standalone.bench;

import io.callmesh.contracts.twilio.TwilioSignature;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Voice webhooks as Twilio sends them for calls that begin (reference/twilio.md 1.2 and 2.1): each
 * of another call, signed, with the fields of a call from the public network. One thread's own.
 */
final class VoiceCalls {
  /** Where the mesh believes to be; the requests go to loopback. */
  static final String PUBLIC_URL = "https://mesh.example.com";

  static final String ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef";
  static final String AUTH_TOKEN = "benchmark-auth-token";

  private static final String PATH = "/twilio/voice";
  private static final long TWILIO_GIVES_UP_MS = 15_000;

  /** A prime that no table's size is a multiple of: neighbouring calls go to distant numbers. */
  private static final long STRIDE = 1_000_003;

  private final Directory directory;
  private final int port;
  private long calls;

  VoiceCalls(Directory directory, int port) {
    this.directory = directory;
    this.port = port;
  }

  /**
   * A webhook to send.
   *
   * @param connector the place of the connector that must answer
   */
  record VoiceCall(RequestOptions request, Buffer body, int connector) implements CheckedRequest {
    @Override
    public @Nullable String fault(int status, String document) {
      if (status != 200) {
        return "status " + status;
      }
      int connect = document.indexOf("<Connect ");
      if (connect < 0) {
        return "no <Connect>";
      }
      String action = PUBLIC_URL + "/twilio/connect-action?connector=";
      boolean ours =
          document.indexOf(action + Directory.connectorId(connector) + "&amp;", connect) > 0;
      if (!ours) {
        return "another connector";
      }
      return document.contains(Directory.mark(connector)) ? null : "another document";
    }
  }

  /** The webhook of one more call. */
  VoiceCall next() {
    long call = calls++;
    int number = (int) (call * STRIDE % directory.numbers());
    SortedMap<String, List<String>> form = form(call, Directory.number(number));
    RequestOptions request =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost("127.0.0.1")
            .setPort(port)
            .setURI(PATH)
            .setTimeout(TWILIO_GIVES_UP_MS)
            .putHeader("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
            .putHeader("accept", "*/*")
            .putHeader("user-agent", "TwilioProxy/1.1")
            .putHeader("I-Twilio-Idempotency-Token", new UUID(call, number).toString())
            .putHeader(
                TwilioSignature.HEADER, TwilioSignature.of(AUTH_TOKEN, PUBLIC_URL + PATH, form));
    return new VoiceCall(request, Buffer.buffer(encoded(form)), directory.connectorOf(number));
  }

  private static SortedMap<String, List<String>> form(long call, String to) {
    String from = "+1415" + (2_000_000 + call % 8_000_000);
    SortedMap<String, List<String>> form = new TreeMap<>();
    form.put("AccountSid", List.of(ACCOUNT_SID));
    form.put("ApiVersion", List.of("2010-04-01"));
    form.put("CallSid", List.of("CA%032x".formatted(call)));
    form.put("CallStatus", List.of("ringing"));
    form.put("CallToken", List.of("%064x".formatted(call * STRIDE)));
    form.put("Direction", List.of("inbound"));
    form.put("StirVerstat", List.of("TN-Validation-Passed-A"));
    for (String end : List.of("From", "Caller")) {
      party(form, end, from, "SAN FRANCISCO", "94105");
    }
    for (String end : List.of("To", "Called")) {
      party(form, end, to, "NEW YORK", "10001");
    }
    return form;
  }

  private static void party(
      SortedMap<String, List<String>> form, String name, String number, String city, String zip) {
    form.put(name, List.of(number));
    form.put(name + "City", List.of(city));
    form.put(name + "State", List.of(city.substring(0, 2)));
    form.put(name + "Zip", List.of(zip));
    form.put(name + "Country", List.of("US"));
  }

  private static String encoded(SortedMap<String, ? extends Collection<String>> form) {
    return form.entrySet().stream()
        .flatMap(
            field -> field.getValue().stream().map(value -> field.getKey() + "=" + code(value)))
        .collect(Collectors.joining("&"));
  }

  private static String code(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
