package io.callmesh.runtime.security;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A made-up request of Twilio's: where it goes, how Twilio spells that when it signs (reference
 * 2.2), and the fields of its form.
 *
 * @param scheme {@code https}, {@code http} or {@code wss}
 * @param host a name or an address
 * @param port as configured, with its colon; empty for none
 * @param target path and query
 * @param signedPort the port as Twilio signed it
 * @param slash whether Twilio signed a slash behind the target, as for WebSockets
 * @param fields in the order of the body
 */
record SignedRequest(
    String scheme,
    String host,
    String port,
    String target,
    String signedPort,
    boolean slash,
    List<Map.Entry<String, String>> fields) {
  /** Kinds of requests, told apart by what the reference says of the official SDK. */
  enum Kind {
    /** Signed as configured, each key once: the SDK is right. */
    AS_CONFIGURED(true),
    /** The same, but a key repeats one value: it counts once, so a map holds it. */
    SAME_VALUE_REPEATED(true),
    /** A port dropped or added, in a URL that the SDK rebuilds without loss. */
    OTHER_PORT(true),
    /** A key has several values: the SDK's map cannot hold them. */
    SEVERAL_VALUES(false),
    /** A port dropped or added, in a URL whose escapes the SDK decodes. */
    OTHER_PORT_WITH_ESCAPES(false),
    /** The same for a host that is none to the SDK. */
    OTHER_PORT_WITH_UNDERSCORE(false),
    /** The same for a URL that is none to the SDK. */
    OTHER_PORT_WITH_RAW_PIPE(false),
    /** Signed with the scheme's port where another is configured: the SDK does not try it. */
    DEFAULT_PORT_FOR_ANOTHER(false),
    /** A WebSocket signed with 443: the SDK tries 80. */
    WEBSOCKET_WITH_443(false),
    /** A WebSocket signed with a slash at the end: the SDK does not try it. */
    WEBSOCKET_WITH_SLASH(false);

    private final boolean sdkIsRight;

    Kind(boolean sdkIsRight) {
      this.sdkIsRight = sdkIsRight;
    }

    boolean sdkIsRight() {
      return sdkIsRight;
    }
  }

  private static final List<String> HOSTS =
      List.of("mesh.example.com", "voice.example", "192.0.2.7", "[2001:db8::1]", "my_host.example");
  private static final List<String> PLAIN =
      List.of(
          "a", "Zz9", "/", "//", ".", "-", "_", "~", "=", "&", "+", ";", ":", "@", "!", "'", ",",
          "?", "$", "%20", "\u00e4");
  private static final List<String> DECODED_BY_THE_SDK =
      List.of("%2B1555", "a%26b", "%2F", "%27", "%C3%A4", "%e4%b8%ad");
  private static final int[] SYMBOLS =
      "abcXYZ019 +&=%#?/:;.,-_~!'()*|\"\\\t\n\u00e4\u20ac\u4e2d\ud83d\ude00\u00a0"
          .codePoints()
          .toArray();

  SignedRequest {
    fields = List.copyOf(fields);
  }

  static SignedRequest random(Random random) {
    boolean webSocket = random.nextInt(4) == 0;
    String scheme = webSocket ? "wss" : one(random, List.of("https", "https", "http"));
    String own = scheme.equals("http") ? ":80" : ":443";
    String port = one(random, List.of("", "", own, ":8443"));
    return new SignedRequest(
        scheme,
        one(random, HOSTS),
        port,
        target(random),
        one(random, List.of(port, port, "", own)),
        webSocket && random.nextInt(3) == 0,
        webSocket ? List.of() : fields(random));
  }

  private static String target(Random random) {
    StringBuilder target = new StringBuilder("/");
    int pieces = random.nextInt(100) == 0 ? 2_000 : random.nextInt(12);
    boolean escapes = random.nextInt(3) == 0;
    for (int i = 0; i < pieces; i++) {
      boolean escape = escapes && random.nextInt(3) == 0;
      target.append(one(random, escape ? DECODED_BY_THE_SDK : PLAIN));
    }
    return random.nextInt(12) == 0 ? target.append("?x=|").toString() : target.toString();
  }

  private static List<Map.Entry<String, String>> fields(Random random) {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (int left = random.nextInt(12); left > 0; left--) {
      String key = fields.size() + text(random, random.nextInt(8)); // no two are the same yet
      String value = text(random, random.nextInt(100) == 0 ? 20_000 : random.nextInt(20));
      fields.add(Map.entry(key, value));
      if (random.nextInt(12) == 0) {
        fields.add(Map.entry(key, random.nextBoolean() ? value : text(random, 3)));
      }
    }
    Collections.shuffle(fields, random);
    return fields;
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    random.ints(length, 0, SYMBOLS.length).forEach(at -> text.appendCodePoint(SYMBOLS[at]));
    return text.toString();
  }

  private static <T> T one(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** What the reference lets expect of the SDK. */
  Kind kind() {
    if (form().values().stream().anyMatch(values -> values.stream().distinct().count() > 1)) {
      return Kind.SEVERAL_VALUES;
    } else if (slash) {
      return Kind.WEBSOCKET_WITH_SLASH;
    } else if (signedPort.equals(port)) {
      return form().size() < fields.size() ? Kind.SAME_VALUE_REPEATED : Kind.AS_CONFIGURED;
    } else if (!port.isEmpty() && !signedPort.isEmpty()) {
      return Kind.DEFAULT_PORT_FOR_ANOTHER;
    } else if (scheme.equals("wss") && port.isEmpty()) {
      return Kind.WEBSOCKET_WITH_443;
    } else if (host.contains("_")) {
      return Kind.OTHER_PORT_WITH_UNDERSCORE;
    } else if (target.contains("|")) {
      return Kind.OTHER_PORT_WITH_RAW_PIPE;
    }
    Predicate<String> within = target::contains;
    return DECODED_BY_THE_SDK.stream().anyMatch(within)
        ? Kind.OTHER_PORT_WITH_ESCAPES
        : Kind.OTHER_PORT;
  }

  boolean webSocket() {
    return scheme.equals("wss");
  }

  /** The base URL in the configuration. */
  String base() {
    return scheme + "://" + host + port;
  }

  /** The URL as Twilio signed it. */
  String signedUrl() {
    return scheme + "://" + host + signedPort + target + (slash ? "/" : "");
  }

  /** The form by key, all values. */
  SortedMap<String, List<String>> form() {
    SortedMap<String, List<String>> form = new TreeMap<>();
    fields.forEach(
        field ->
            form.computeIfAbsent(field.getKey(), key -> new ArrayList<>()).add(field.getValue()));
    return form;
  }

  /** The form as the SDK takes it: one value for each key. */
  Map<String, String> formOfTheSdk() {
    Map<String, String> form = new HashMap<>();
    fields.forEach(field -> form.put(field.getKey(), field.getValue()));
    return form;
  }

  SignedRequest withTarget(String changed) {
    return new SignedRequest(scheme, host, port, changed, signedPort, slash, fields);
  }

  /** The same with the field at this place changed. */
  SignedRequest withField(int at, String key, String value) {
    List<Map.Entry<String, String>> changed = new ArrayList<>(fields);
    changed.set(at, Map.entry(key, value));
    return new SignedRequest(scheme, host, port, target, signedPort, slash, changed);
  }
}
