package io.callmesh.worker.agent.openai;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.AudioFormat.Encoding;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.worker.agent.SessionStart;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What sets a session up: the connector's own, with what is ours put over them (formats, tools) or
 * under them (voice, language), and {@code ${variables}} in the instructions filled in.
 */
final class SessionUpdate {
  /** Characters of a variable's value: instructions are no place for documents. */
  private static final int MAX_VALUE = 500;

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z0-9_.-]{1,128})}");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

  private SessionUpdate() {}

  /** The {@code session} of the event that sets a session up. */
  static JsonObject session(SessionStart start) {
    Connector connector = start.connector();
    AgentEndpoint agent = connector.agent();
    JsonObject session = agent == null ? new JsonObject() : agent.session().copy();
    session.put("type", "realtime");
    under(session, "output_modalities", new JsonArray().add("audio"));
    JsonObject audio = child(session, "audio");
    input(child(audio, "input").put("format", format(start.audio())), connector);
    output(child(audio, "output").put("format", format(start.audio())), connector);
    if (session.getValue("instructions") instanceof String instructions) {
      session.put("instructions", filled(instructions, start));
    }
    return session.put("tools", tools(session.getValue("tools"), connector));
  }

  private static JsonObject format(AudioFormat format) {
    JsonObject json = new JsonObject().put("type", formatName(format));
    return format.encoding() == Encoding.PCM_S16LE ? json.put("rate", format.sampleRate()) : json;
  }

  /** What the API calls a format. */
  static String formatName(AudioFormat format) {
    return switch (format.encoding()) {
      case MULAW -> "audio/pcmu";
      case ALAW -> "audio/pcma";
      case PCM_S16LE -> "audio/pcm";
    };
  }

  private static JsonObject child(JsonObject parent, String name) {
    if (parent.getValue(name) instanceof JsonObject child) {
      return child;
    }
    JsonObject child = new JsonObject();
    parent.put(name, child);
    return child;
  }

  private static void under(JsonObject object, String name, Object value) {
    if (!object.containsKey(name)) {
      object.put(name, value);
    }
  }

  /**
   * A transcription that is wished for is told the language: its first subtag, as ISO 639 has it.
   */
  private static void input(JsonObject input, Connector connector) {
    String language = connector.asrLangCode().split("-", 2)[0].toLowerCase(Locale.ROOT);
    if (input.getValue("transcription") instanceof JsonObject transcription
        && !language.isEmpty()) {
      under(transcription, "language", language);
    }
  }

  private static void output(JsonObject output, Connector connector) {
    if (!connector.voiceName().isEmpty()) {
      under(output, "voice", connector.voiceName());
    }
  }

  private static JsonArray tools(@Nullable Object own, Connector connector) {
    JsonArray tools = own instanceof JsonArray array ? array : new JsonArray();
    return tools.addAll(Tools.offered(connector));
  }

  private static String filled(String instructions, SessionStart start) {
    Map<String, String> variables = variables(start);
    return VARIABLE
        .matcher(instructions)
        .replaceAll(
            found -> Matcher.quoteReplacement(line(variables.getOrDefault(found.group(1), ""))));
  }

  /** What we know of the call, and the custom parameters, which take no name of ours. */
  private static Map<String, String> variables(SessionStart start) {
    OpenSession open = start.open();
    Connector connector = start.connector();
    String sharedId = start.sharedId();
    Map<String, String> variables = new HashMap<>(open.customParameters());
    variables.put("from", open.from());
    variables.put("to", open.to());
    variables.put("call_sid", open.callSid());
    variables.put("conversation_id", open.conversationId());
    variables.put("shared_id", sharedId == null ? "" : sharedId);
    variables.put("connector_id", connector.connectorId());
    variables.put("account_id", connector.accountId());
    variables.put("project_id", connector.projectId());
    variables.put("client_env", connector.clientEnv());
    variables.put("variant_id", connector.variantId());
    variables.put("language", connector.ttsLangCode());
    return variables;
  }

  private static String line(String value) {
    String line = CONTROL.matcher(value).replaceAll(" ");
    return line.length() > MAX_VALUE ? line.substring(0, MAX_VALUE) : line;
  }
}
