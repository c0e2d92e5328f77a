package io.callmesh.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What must hold for a Studio flow to be imported and to leave no caller in silence
 * (reference/twilio.md 6). Each breach is a sentence.
 */
final class StudioRules {
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Pattern EXPRESSION = Pattern.compile("\\{\\{(.*?)}}");
  private static final Pattern PATH = Pattern.compile("\\s*([A-Za-z]\\w*(?:\\.\\w+)+)\\s*");
  private static final Pattern NAME = Pattern.compile("\\w+");
  private static final Set<String> OF_THE_FLOW =
      Set.of("flow.sid", "flow.flow_sid", "flow.channel.address", "contact.channel.address");
  private static final Set<String> OF_THE_CALL =
      Set.of(
          "CallSid",
          "AccountSid",
          "From",
          "To",
          "Caller",
          "Called",
          "CallStatus",
          "Direction",
          "ForwardedFrom",
          "CallerName");

  /** What routing-service sends back with the redirect, beside {@code data_<key>}. */
  private static final Set<String> OF_THE_REDIRECT =
      Set.of("handoff", "reason", "conversationId", "connectorId", "sharedId");

  private static final Set<String> CONDITIONS =
      Set.of(
          "equal_to",
          "not_equal_to",
          "matches_any_of",
          "does_not_match_any_of",
          "is_blank",
          "is_not_blank",
          "regex",
          "contains",
          "does_not_contain",
          "starts_with",
          "does_not_start_with",
          "less_than",
          "greater_than",
          "is_before_time",
          "is_after_time",
          "is_before_date",
          "is_after_date");

  /** Set by TaskRouter from the call (8.2): not ours to write. */
  private static final Pattern OF_TASKROUTER =
      Pattern.compile(
          "call_sid|account_sid|api_version|conference|outbound_to|reservation_attributes"
              + "|(from|to|caller|called)(_(city|state|zip|country))?");

  private record Edge(String from, String event, String next) {}

  private final Map<String, JsonNode> states = new LinkedHashMap<>();
  private final List<Edge> edges = new ArrayList<>();
  private final List<String> breaches = new ArrayList<>();
  private String start = "";

  private StudioRules() {}

  /** Every breach; none for a flow that is right. */
  static List<String> breaches(String json) {
    StudioRules rules = new StudioRules();
    try {
      rules.flow(STRICT.readTree(json));
    } catch (JsonProcessingException e) {
      rules.breaches.add("the flow is no JSON: " + e.getOriginalMessage());
    }
    return rules.breaches;
  }

  @FormatMethod
  private void require(boolean rule, @FormatString String breach, Object... about) {
    if (!rule) {
      breaches.add(breach.formatted(about));
    }
  }

  private void flow(JsonNode flow) {
    members("the flow", flow, Set.of("description", "states", "initial_state", "flags"), Set.of());
    require(flow.path("description").isTextual(), "the flow's description is no text");
    members("flags", flow.path("flags"), Set.of("allow_concurrent_calls"), Set.of());
    require(
        flow.path("flags").path("allow_concurrent_calls").isBoolean(),
        "allow_concurrent_calls is neither true nor false");
    for (JsonNode state : flow.path("states")) {
      String name = state.path("name").asText();
      require(NAME.matcher(name).matches(), "'%s' is no name that Liquid can say", name);
      require(states.put(name, state) == null, "two states are called %s", name);
    }
    start = flow.path("initial_state").asText();
    require(
        states.containsKey(start) && type(start).equals("trigger"),
        "initial_state is no trigger: %s",
        start);
    states.forEach(this::state);
    way();
    states.forEach((name, state) -> liquid(name, state.path("properties")));
  }

  private void members(String what, JsonNode object, Set<String> required, Set<String> optional) {
    for (String member : new TreeSet<>(required)) {
      require(object.has(member), "%s has no %s", what, member);
    }
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      require(
          required.contains(member.getKey()) || optional.contains(member.getKey()),
          "%s has a %s",
          what,
          member.getKey());
    }
  }

  private String type(String state) {
    JsonNode found = states.get(state);
    return found == null ? "" : found.path("type").asText();
  }

  private void state(String name, JsonNode state) {
    members(name, state, Set.of("name", "type", "transitions", "properties"), Set.of());
    String type = state.path("type").asText();
    require(StudioWidget.exists(type), "%s is of the unknown type %s", name, type);
    transitions(name, StudioWidget.of(type), state.path("transitions"));
    properties(name, StudioWidget.of(type), state.path("properties"));
  }

  private void transitions(String name, StudioWidget widget, JsonNode transitions) {
    Set<String> listed = new HashSet<>();
    for (JsonNode transition : transitions) {
      String event = transition.path("event").asText();
      boolean match = event.equals("match");
      members(
          "a transition of " + name,
          transition,
          match ? Set.of("event", "conditions") : Set.of("event"),
          Set.of("next"));
      require(widget.events().contains(event), "%s has no event %s", name, event);
      require(listed.add(event) || match, "%s lists %s twice", name, event);
      if (transition.has("next")) {
        String next = transition.path("next").asText();
        require(states.containsKey(next), "%s leads to %s, which is not there", name, next);
        edges.add(new Edge(name, event, next));
      } else {
        require(widget.ends().contains(event), "%s leaves the caller alone on %s", name, event);
      }
      transition.path("conditions").forEach(condition -> condition(name, condition));
    }
    require(listed.containsAll(widget.events()), "%s does not list every event", name);
  }

  private void condition(String name, JsonNode condition) {
    String what = "a condition of " + name;
    members(what, condition, Set.of("friendly_name", "arguments", "type", "value"), Set.of());
    String type = condition.path("type").asText();
    require(CONDITIONS.contains(type), "%s is of the unknown type %s", what, type);
    require(condition.path("value").isTextual(), "%s has a value that is no text", what);
    JsonNode input = states.getOrDefault(name, condition).path("properties").path("input");
    JsonNode arguments = condition.path("arguments");
    require(
        arguments.isArray() && arguments.size() == 1 && arguments.get(0).equals(input),
        "%s looks at something else than the input",
        what);
  }

  private void properties(String name, StudioWidget widget, JsonNode properties) {
    Map<String, StudioWidget.Form> known = new LinkedHashMap<>(widget.required());
    known.putAll(widget.optional());
    Set<String> required = new HashSet<>(widget.required().keySet());
    required.add("offset");
    members("the properties of " + name, properties, required, widget.optional().keySet());
    known.forEach(
        (property, form) ->
            require(
                !properties.has(property) || form.fits(properties.path(property)),
                "%s.%s must be %s",
                name,
                property,
                form.name()));
    JsonNode offset = properties.path("offset");
    require(
        offset.size() == 2 && offset.path("x").isInt() && offset.path("y").isInt(),
        "%s.offset must be x and y",
        name);
  }

  // The way of a call.

  private void way() {
    Set<String> reached = reached(edge -> true);
    states.keySet().forEach(name -> require(reached.contains(name), "no call comes to %s", name));
    for (Edge edge : edges) {
      require(
          !from(edge.next(), all -> true).contains(edge.from()),
          "a call may go round by %s for ever",
          edge.from());
    }
  }

  private Set<String> reached(Predicate<Edge> open) {
    return from(start, open);
  }

  private Set<String> from(String first, Predicate<Edge> open) {
    Set<String> reached = new HashSet<>(Set.of(first));
    Deque<String> left = new ArrayDeque<>(reached);
    while (!left.isEmpty()) {
      String here = left.remove();
      for (Edge edge : edges) {
        if (edge.from().equals(here) && open.test(edge) && reached.add(edge.next())) {
          left.add(edge.next());
        }
      }
    }
    return reached;
  }

  /** Whether no call comes to a state but by this event of that widget, or by any event of it. */
  private boolean comesOnlyBy(String state, String widget, Predicate<String> event) {
    return !state.equals(widget)
        && !reached(edge -> !(edge.from().equals(widget) && event.test(edge.event())))
            .contains(state);
  }

  // Liquid.

  private void liquid(String name, JsonNode value) {
    for (Map.Entry<String, JsonNode> property : value.properties()) {
      String where = name + "." + property.getKey();
      for (String text : texts(property.getValue())) {
        expressions(name, where, text);
      }
      StudioWidget widget = StudioWidget.of(type(name));
      if (StudioWidget.JSON_IN_TEXT.equals(widget.required().get(property.getKey()))) {
        attributes(where, property.getValue().asText());
      }
    }
  }

  private static List<String> texts(JsonNode value) {
    List<String> texts = new ArrayList<>();
    if (value.isTextual()) {
      texts.add(value.textValue());
    }
    value.forEach(child -> texts.addAll(texts(child)));
    return texts;
  }

  private void expressions(String name, String where, String text) {
    require(
        !EXPRESSION.matcher(text).replaceAll("").contains("{{") && !text.contains("{%"),
        "%s has Liquid that does not end, or a tag",
        where);
    Matcher found = EXPRESSION.matcher(text);
    while (found.find()) {
      Matcher path = PATH.matcher(found.group(1));
      if (path.matches()) {
        expression(name, where, path.group(1));
      } else {
        breaches.add("%s has Liquid that is no plain name: %s".formatted(where, found.group()));
      }
    }
  }

  private void expression(String name, String where, String path) {
    String[] parts = path.split("\\.", 3);
    if (parts.length == 3 && path.startsWith("widgets.")) {
      widget(name, where, parts[1], parts[2]);
    } else if (parts.length == 3 && path.startsWith("trigger.call.")) {
      require(OF_THE_CALL.contains(parts[2]), "%s names %s, which no call has", where, path);
    } else {
      require(OF_THE_FLOW.contains(path), "%s names %s, which is nothing", where, path);
    }
  }

  private void widget(String name, String where, String widget, String key) {
    String type = type(widget);
    boolean known =
        switch (type) {
          case "add-twiml-redirect" -> OF_THE_REDIRECT.contains(key) || key.startsWith("data_");
          case "run-function", "make-http-request" ->
              key.equals("body") || key.startsWith("parsed.");
          default -> false;
        };
    require(known, "%s names %s.%s, which is not there", where, widget, key);
    boolean answers = !type.equals("add-twiml-redirect");
    require(
        comesOnlyBy(name, widget, event -> !answers || event.equals("success")),
        "%s names %s.%s, which some calls do not bring",
        where,
        widget,
        key);
  }

  /** What Liquid leaves must be JSON: with texts in its strings, with none, with a whole body. */
  private void attributes(String where, String text) {
    for (String filling : List.of("x", "")) {
      String filled =
          EXPRESSION
              .matcher(text)
              .replaceAll(
                  found ->
                      found.group(1).strip().endsWith(".body")
                          ? "{\"id\":\"c\",\"data\":{\"a\":[1,null]}}"
                          : filling);
      try {
        for (Map.Entry<String, JsonNode> member : STRICT.readTree(filled).properties()) {
          require(
              !OF_TASKROUTER.matcher(member.getKey()).matches(),
              "%s writes %s, which is TaskRouter's",
              where,
              member.getKey());
        }
      } catch (JsonProcessingException e) {
        breaches.add(where + " is no JSON when filled in: " + e.getOriginalMessage());
      }
    }
  }
}
