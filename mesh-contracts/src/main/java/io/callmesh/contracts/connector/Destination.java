package io.callmesh.contracts.connector;

import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A named place that a handoff can go. Members that mean nothing for its method are absent.
 *
 * @param name what the agent calls it
 * @param description for people
 * @param method how the call gets there
 * @param route {@link Method#FLEX}: the SID of the TaskRouter workflow; {@link Method#STUDIO}: of
 *     the flow; {@link Method#SIP_INVITE} and {@link Method#SIP_REFER}: a SIP URI or an extension
 *     at the caller's own SIP host; {@link Method#NUMBER}: E.164; empty for the others
 * @param sipHeaders headers of the INVITE or REFER, names beginning with {@code X-}; values may
 *     hold {@code $variables}
 * @param taskAttributes a task's attributes, to which ours are added
 * @param priority of a task, null for TaskRouter's default
 * @param timeout in seconds: how long a task waits, or how long a phone rings; null for Twilio's
 *     default
 * @param callerId what a dialled party is shown, null for the caller's own number
 * @param holdMusic the URL of what waiting callers hear; null for Twilio's own
 * @param maxWait in seconds: a caller who waits longer leaves the queue, and the transfer has
 *     failed; null for no limit
 * @param twiml {@link Method#TWIML}: the document to run, which may hold {@code $variables}
 * @param ifFailed where the call goes when this does not answer: the name of another destination,
 *     or {@value #AGENT}; null for the connector's fallback destination
 */
public record Destination(
    String name,
    String description,
    Method method,
    String route,
    Map<String, String> sipHeaders,
    JsonObject taskAttributes,
    @Nullable Integer priority,
    @Nullable Integer timeout,
    @Nullable String callerId,
    @Nullable String holdMusic,
    @Nullable Integer maxWait,
    @Nullable String twiml,
    @Nullable String ifFailed) {
  /** In {@link #ifFailed}: back to the agent, which is told why. No destination has this name. */
  public static final String AGENT = "agent";

  /** How a call gets to a destination (reference/polyai.md, "Call handoff"). */
  public enum Method {
    /** {@code <Enqueue>} into a TaskRouter workflow, where Flex takes it. */
    FLEX("flex"),
    /** A new leg to a SIP URI, bridged. */
    SIP_INVITE("sip-invite"),
    /** REFER on the caller's own SIP leg; on any other leg as {@link #SIP_INVITE}. */
    SIP_REFER("sip-refer"),
    /** The leg ends, and the caller's SBC takes the call back. */
    SIP_BYE("sip-bye"),
    /** Back into the Studio flow that sent the call here. */
    STUDIO("studio"),
    /** A phone number. */
    NUMBER("number"),
    /** A document of the customer's own. */
    TWIML("twiml");

    private final String text;

    Method(String text) {
      this.text = text;
    }

    /** The name in the API. */
    public String text() {
      return text;
    }

    /** The method of this name; throws {@link IllegalArgumentException} for one we do not know. */
    static Method of(String name) {
      for (Method method : values()) {
        if (method.text.equals(name)) {
          return method;
        }
      }
      throw new IllegalArgumentException("destinations[].method is unknown: '" + name + "'");
    }
  }

  public Destination {
    sipHeaders = Collections.unmodifiableMap(new LinkedHashMap<>(sipHeaders));
  }

  /** The stored form, which is also the API's. */
  public JsonObject toJson() {
    JsonObject json =
        new JsonObject()
            .put("name", name)
            .put("description", description)
            .put("method", method.text());
    put(json, "route", route.isEmpty() ? null : route);
    if (!sipHeaders.isEmpty()) {
      JsonObject headers = new JsonObject();
      sipHeaders.forEach(headers::put);
      json.put("sipHeaders", headers);
    }
    if (!taskAttributes.isEmpty()) {
      json.put("taskAttributes", taskAttributes);
    }
    put(json, "priority", priority);
    put(json, "timeout", timeout);
    put(json, "callerId", callerId);
    put(json, "holdMusic", holdMusic);
    put(json, "maxWait", maxWait);
    put(json, "twiml", twiml);
    put(json, "ifFailed", ifFailed);
    return json;
  }

  private static void put(JsonObject json, String name, @Nullable Object value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  /**
   * Reads the stored form; throws {@link IllegalArgumentException} for a method it does not know.
   */
  public static Destination fromJson(JsonObject json) {
    Map<String, String> headers = new LinkedHashMap<>();
    json.getJsonObject("sipHeaders", new JsonObject())
        .forEach(header -> headers.put(header.getKey(), String.valueOf(header.getValue())));
    return new Destination(
        json.getString("name"),
        json.getString("description", ""),
        Method.of(json.getString("method", Method.FLEX.text())),
        json.getString("route", ""),
        headers,
        json.getJsonObject("taskAttributes", new JsonObject()),
        json.getInteger("priority"),
        json.getInteger("timeout"),
        json.getString("callerId"),
        json.getString("holdMusic"),
        json.getInteger("maxWait"),
        json.getString("twiml"),
        json.getString("ifFailed"));
  }
}
