package io.callmesh.worker.agent.openai;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.worker.agent.Excerpt;
import io.callmesh.worker.agent.HandoffRequest;
import io.callmesh.worker.agent.HandoffResult;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The functions that the worker offers to the model, and what the model is told of them. */
final class Tools {
  static final String HANDOFF = "handoff";
  static final String HANGUP = "hangup";

  private static final int MAX_ID = 256;
  private static final int MAX_UTTERANCE = 4_096;

  private Tools() {}

  /** What is offered for this connector: no handoff where there is nowhere to go. */
  static JsonArray offered(Connector connector) {
    JsonArray tools = new JsonArray();
    if (!connector.disableHandoff() && !connector.destinations().isEmpty()) {
      tools.add(handoff(connector));
    }
    return tools.add(
        function(
            HANGUP,
            "Ends the call. Say goodbye first: what you have said is still played.",
            new JsonObject().put("reason", string("Why, in one or two words, for statistics."))));
  }

  private static JsonObject handoff(Connector connector) {
    JsonObject parameters =
        new JsonObject()
            .put("destination", destination(connector))
            .put("reason", string("Why, in one or two words such as needs_human."))
            .put(
                "utterance",
                string("A sentence that the caller hears in another voice before the transfer."))
            .put(
                "utterance_spoken",
                new JsonObject()
                    .put("type", "boolean")
                    .put("description", "True when you have said the utterance yourself."))
            .put(
                "data",
                new JsonObject()
                    .put("type", "object")
                    .put("description", "What whoever takes the call should know.")
                    .put("additionalProperties", true));
    return function(
        HANDOFF,
        "Takes the caller to a person or another service, and ends your part of the call. Tell the"
            + " caller before you call it: what you have said is still played.",
        parameters);
  }

  private static JsonObject destination(Connector connector) {
    JsonArray names = new JsonArray();
    StringBuilder meanings = new StringBuilder("Where to.");
    for (Destination destination : connector.destinations()) {
      names.add(destination.name());
      if (!destination.description().isBlank()) {
        meanings.append(' ').append(destination.name()).append(": ");
        meanings.append(destination.description()).append('.');
      }
    }
    return string(meanings.toString()).put("enum", names);
  }

  private static JsonObject string(String description) {
    return new JsonObject().put("type", "string").put("description", description);
  }

  private static JsonObject function(String name, String description, JsonObject properties) {
    return new JsonObject()
        .put("type", "function")
        .put("name", name)
        .put("description", description)
        .put("parameters", new JsonObject().put("type", "object").put("properties", properties));
  }

  /**
   * The handoff that the model wishes for; says what is wrong with the arguments otherwise.
   *
   * @throws HandoffData.RefusedException when its data may not be stored
   */
  static HandoffRequest handoffOf(String arguments) throws MalformedEventException {
    Event said = arguments(arguments);
    return new HandoffRequest(
        limited(said, "destination", MAX_ID),
        limited(said, "reason", MAX_ID),
        limited(said, "utterance", MAX_UTTERANCE),
        said.flag("utterance_spoken", false),
        null,
        data(said, arguments));
  }

  private static HandoffData data(Event said, String arguments) throws MalformedEventException {
    Object data = said.json().getValue("data");
    if (data == null) {
      return HandoffData.EMPTY;
    }
    String exact = Excerpt.object(arguments, "data");
    if (exact == null) { // never taken for no data: it would be lost, and acknowledged
      throw new MalformedEventException("data must be a JSON object");
    }
    return HandoffData.of(exact);
  }

  /** Why the model wants to hang up; null when it gives no usable reason. */
  static @Nullable String hangupReasonOf(String arguments) {
    try {
      return limited(arguments(arguments), "reason", MAX_ID);
    } catch (MalformedEventException noReason) {
      return null; // no reason not to hang up
    }
  }

  private static Event arguments(String arguments) throws MalformedEventException {
    return arguments.isBlank() ? new Event(new JsonObject()) : Event.parse(arguments);
  }

  private static @Nullable String limited(Event said, String field, int characters)
      throws MalformedEventException {
    String value = said.text(field);
    if (value.length() > characters) {
      throw new MalformedEventException(
          "%s must not exceed %d characters".formatted(field, characters));
    }
    return value.isEmpty() ? null : value;
  }

  /** A handoff's result, with what the model needs to go on when it is to go on. */
  static JsonObject resultOf(HandoffResult result) {
    JsonObject told = new JsonObject().put("accepted", result.accepted());
    if (result.accepted()) {
      return told;
    }
    String reason = result.reason() == null ? "unknown" : result.reason();
    told.put("reason", reason);
    if (result.message() != null) {
      told.put("message", result.message());
    }
    return result.inline() ? told.put("transfer", "inline") : told.put("advice", advice(reason));
  }

  private static String advice(String reason) {
    return switch (reason) {
      case "handoff_disabled" -> "Calls cannot be transferred. Go on yourself.";
      case "unknown_destination" -> "There is no such destination. Choose one of the enum.";
      case "state_too_large", "state_too_deep", "state_too_many_members" ->
          "Try again with less data, or a simpler structure of it.";
      case "state_not_an_object" -> "Try again with data that is plain JSON.";
      case "already_ended" -> "The call is being ended already. Do nothing more.";
      default -> "It did not work. Go on yourself.";
    };
  }

  /** The result of a call that could not be understood, or of a function that is nobody's. */
  static JsonObject failed(String why) {
    return new JsonObject().put("error", why);
  }
}
