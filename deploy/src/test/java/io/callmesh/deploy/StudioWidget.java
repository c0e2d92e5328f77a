package io.callmesh.deploy;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A type of widget as Studio's API takes it (reference/twilio.md 6.1); only the types that a flow
 * of ours may want.
 *
 * @param events all of them
 * @param ends the events after which nothing more has to happen to a call
 * @param required properties beside {@code offset}
 * @param optional further properties
 */
record StudioWidget(
    Set<String> events, Set<String> ends, Map<String, Form> required, Map<String, Form> optional) {
  /**
   * What a property must be.
   *
   * @param name as a breach tells it
   */
  record Form(String name, Predicate<JsonNode> test) {
    static Form text(String name, String pattern) {
      return new Form(name, value -> value.isTextual() && value.textValue().matches(pattern));
    }

    static Form sid(String prefix) {
      return text("a SID that begins with " + prefix, prefix + "[0-9a-f]{32}");
    }

    boolean fits(JsonNode value) {
      return test.test(value);
    }
  }

  static final Form TEXT = Form.text("a text", "(?s).+");
  static final Form NUMBER_IN_TEXT = Form.text("a number in a string", "\\d{1,9}");
  static final Form SECONDS_IN_TEXT =
      new Form(
          "0 to 14400 s in a string",
          value -> NUMBER_IN_TEXT.fits(value) && Integer.parseInt(value.textValue()) <= 14_400);
  static final Form HTTPS =
      Form.text("an https URL", "https://[^\\s{}]+(\\{\\{[^{}]+}}[^\\s{}]*)*");
  static final Form METHOD = Form.text("GET or POST", "GET|POST");
  static final Form NUMBER = new Form("a number", JsonNode::isInt);

  /** JSON in a string; that it is JSON is told once Liquid is filled in. */
  static final Form JSON_IN_TEXT = Form.text("JSON in a string", "(?s)\\{.*}");

  static final Form PAIRS =
      new Form(
          "a list of keys and values",
          value -> {
            boolean pairs = value.isArray();
            for (JsonNode pair : value) {
              pairs &=
                  pair.size() == 2
                      && pair.path("key").isTextual()
                      && !pair.path("key").textValue().equals("method") // refused with 81014
                      && pair.path("value").isTextual();
            }
            return pairs;
          });

  private static final Map<String, StudioWidget> TYPES =
      Map.ofEntries(
          entry(
              "trigger",
              new StudioWidget(
                  Set.of(
                      "incomingMessage",
                      "incomingCall",
                      "incomingConversationMessage",
                      "incomingRequest",
                      "incomingParent"),
                  Set.of(
                      "incomingMessage",
                      "incomingConversationMessage",
                      "incomingRequest",
                      "incomingParent"),
                  Map.of(),
                  Map.of())),
          entry(
              "add-twiml-redirect",
              new StudioWidget(
                  Set.of("return", "timeout", "fail"),
                  Set.of(),
                  Map.of("url", HTTPS, "method", METHOD, "timeout", SECONDS_IN_TEXT),
                  Map.of())),
          entry(
              "split-based-on",
              new StudioWidget(
                  Set.of("noMatch", "match"), Set.of(), Map.of("input", TEXT), Map.of())),
          entry(
              "run-function",
              new StudioWidget(
                  Set.of("success", "fail"),
                  Set.of(),
                  Map.of(
                      "url", HTTPS,
                      "service_sid", Form.sid("ZS"),
                      "environment_sid", Form.sid("ZE"),
                      "function_sid", Form.sid("ZH")),
                  Map.of("parameters", PAIRS))),
          entry(
              "make-http-request",
              new StudioWidget(
                  Set.of("success", "failed"),
                  Set.of(),
                  Map.of("url", HTTPS, "method", METHOD, "content_type", TEXT),
                  Map.of("body", TEXT, "parameters", PAIRS))),
          entry(
              "send-to-flex",
              new StudioWidget(
                  Set.of("callComplete", "failedToEnqueue", "callFailure"),
                  Set.of("callComplete"),
                  Map.of(
                      "workflow", Form.sid("WW"),
                      "channel", Form.sid("TC"),
                      "attributes", JSON_IN_TEXT),
                  Map.of(
                      "priority", NUMBER_IN_TEXT,
                      "timeout", NUMBER_IN_TEXT,
                      "waitUrl", HTTPS,
                      "waitUrlMethod", METHOD))),
          entry(
              "enqueue-call",
              new StudioWidget(
                  Set.of("callComplete", "failedToEnqueue", "callFailure"),
                  Set.of("callComplete"),
                  Map.of("workflow_sid", Form.sid("WW"), "task_attributes", JSON_IN_TEXT),
                  Map.of(
                      "priority", NUMBER,
                      "timeout", NUMBER,
                      "wait_url", HTTPS,
                      "wait_url_method", METHOD))),
          entry(
              "say-play",
              new StudioWidget(
                  Set.of("audioComplete"),
                  Set.of("audioComplete"),
                  Map.of("say", TEXT),
                  Map.of("voice", TEXT, "language", TEXT, "loop", NUMBER))));

  /** The type of this name, or one without anything for a name that Studio does not have. */
  static StudioWidget of(String type) {
    return TYPES.getOrDefault(type, new StudioWidget(Set.of(), Set.of(), Map.of(), Map.of()));
  }

  static boolean exists(String type) {
    return TYPES.containsKey(type);
  }
}
