package io.callmesh.routing.voice;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.routing.twiml.Variables;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way to a destination.
 *
 * @param call the webhook that is answered
 * @param state of the call, with this attempt in it
 * @param connector whose destination it is
 * @param destination where it goes
 * @param outcome of the conversation; null when there is none
 * @param reason machine-readable
 * @param speak whether the agent's utterance is still to be spoken, if it did not do so itself
 */
record Handover(
    TwilioWebhook call,
    CallState state,
    Connector connector,
    Destination destination,
    @Nullable Outcome outcome,
    String reason,
    boolean speak) {

  /** The conversation's shared id; empty for none. What the agent said last wins. */
  static String sharedId(@Nullable Outcome outcome, CallState state) {
    String said = outcome == null ? null : outcome.sharedId();
    return said == null ? state.sharedId() : said;
  }

  String sharedId() {
    return sharedId(outcome, state);
  }

  /** What the agent wants spoken, when nobody has spoken it yet; empty for nothing. */
  String utterance() {
    return speak ? toSpeak(outcome) : "";
  }

  /** What an outcome leaves to be spoken; empty for nothing. */
  static String toSpeak(@Nullable Outcome outcome) {
    String utterance = outcome == null || outcome.utteranceSpoken() ? null : outcome.utterance();
    return utterance == null ? "" : utterance.strip();
  }

  /** The agent's data; empty when there is none. */
  JsonObject data() {
    return outcome == null ? new JsonObject() : outcome.state().toJson();
  }

  /** The same without what the connector keeps from most readers. */
  JsonObject maskedData() {
    return outcome == null
        ? new JsonObject()
        : outcome.state().masked(connector.sensitiveFields()).toJson();
  }

  /** The {@code $variables} of headers and documents. */
  Variables variables(Runnable unknown) {
    Leg leg = Leg.of(call);
    Map<String, String> known = new LinkedHashMap<>();
    known.put("caller_id", leg.from());
    known.put("from", leg.from());
    known.put("to", leg.to());
    known.put("call_sid", call.callSid());
    known.put("account_sid", call.accountSid());
    known.put("conversation_id", state.conversationId());
    known.put("shared_id", sharedId());
    known.put("connector_id", connector.connectorId());
    known.put("account_id", connector.accountId());
    known.put("project_id", connector.projectId());
    known.put("client_env", connector.clientEnv());
    known.put("variant_id", connector.variantId());
    known.put("language", connector.ttsLangCode());
    known.put("destination", destination.name());
    known.put("reason", reason);
    known.put("utterance", said());
    return new Variables(known, data(), unknown);
  }

  /** What the agent wanted spoken, whoever did it; empty for nothing. */
  String said() {
    String utterance = outcome == null ? null : outcome.utterance();
    return utterance == null ? "" : utterance;
  }
}
