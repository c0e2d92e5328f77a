package io.callmesh.standalone;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code callmesh preview}: what Twilio would be answered, without a call. */
@Command(
    name = "preview",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows the TwiML that Twilio would be given at each step of a call, with the variables and SIP",
      "headers as they are filled in. Nobody is called, and nothing is stored.",
      ""
    },
    footer = {
      "",
      "For example:  callmesh preview --project support --number +14155550100 --outcome handoff \\",
      "                --destination people --data '{\"customer_id\": \"c-7\"}' --then busy"
    })
public final class PreviewCommand implements Callable<Integer> {
  @Mixin private MeshOptions mesh;

  @ArgGroup(multiplicity = "1")
  private Callee callee = new Callee();

  /** Who takes the call. */
  static final class Callee {
    @Option(names = "--number", paramLabel = "NUMBER", description = "The number called, E.164.")
    private @Nullable String number;

    @Option(
        names = "--connector",
        paramLabel = "CONNECTOR",
        description = "Or the connector that takes it, by its id.")
    private @Nullable String connector;
  }

  @Option(
      names = "--caller",
      paramLabel = "CALLER",
      description = "E.164, sip:user@host, or anonymous.")
  private @Nullable String caller;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      description = "Such as 2026-11-23T10:00:00Z. Default: now")
  private @Nullable String time;

  @Option(
      names = "--field",
      paramLabel = "NAME=VALUE",
      description = "A field more of Twilio's webhook, such as SipHeader_X-Order=7. Repeatable.")
  private Map<String, String> fields = new LinkedHashMap<>();

  /** How the agent's part may end. */
  enum Ending {
    handoff,
    hangup,
    interrupted
  }

  @Option(
      names = "--outcome",
      paramLabel = "OUTCOME",
      description =
          "How the agent's part ends: ${COMPLETION-CANDIDATES}. Without it, with the stream.")
  private @Nullable Ending outcome;

  @Option(
      names = "--destination",
      paramLabel = "NAME",
      description = "The one that the agent names. Default: the connector's first")
  private @Nullable String destination;

  @Option(names = "--reason", paramLabel = "REASON", description = "The agent's, machine-readable.")
  private @Nullable String reason;

  @Option(
      names = "--utterance",
      paramLabel = "SENTENCE",
      description = "What is to be spoken before the transfer.")
  private @Nullable String utterance;

  @Option(names = "--data", paramLabel = "JSON", description = "The agent's handoff data.")
  private @Nullable String data;

  @Option(
      names = "--then",
      paramLabel = "RESULT",
      description =
          "What becomes of the transfer: completed, busy, no-answer, failed or canceled. Repeatable:"
              + " once for each transfer.")
  private List<String> then = new ArrayList<>();

  @Option(names = "--json", description = "Prints the API's answer instead.")
  private boolean json;

  private final Map<String, String> environment;
  private final PrintStream out;

  /** The command with the process's environment and output. */
  public PreviewCommand() {
    this(System.getenv(), System.out);
  }

  PreviewCommand(Map<String, String> environment, PrintStream out) {
    this.environment = environment;
    this.out = out;
  }

  @Override
  public Integer call() {
    HttpResponse<String> response = mesh.api(environment).preview(mesh.project(), request());
    if (response.statusCode() != 200) {
      throw new UserErrorException(
          response.statusCode() == 401
              ? ConfigAnswer.UNKNOWN_KEY
              : ConfigAnswer.told(
                  response.statusCode(), response.body(), "the mesh refused it, put this right:"));
    }
    JsonObject preview = new JsonObject(response.body());
    if (json) {
      out.println(preview.encodePrettily());
    } else {
      print(preview);
    }
    return 0;
  }

  private JsonObject request() {
    JsonObject request = new JsonObject();
    put(request, "number", callee.number);
    put(request, "connectorId", callee.connector);
    put(request, "caller", caller);
    put(request, "time", time);
    if (!fields.isEmpty()) {
      request.put("fields", new JsonObject(new LinkedHashMap<String, Object>(fields)));
    }
    if (!then.isEmpty()) {
      request.put("transferResults", new JsonArray(then));
    }
    return outcome == null ? request : request.put("outcome", ending(outcome));
  }

  private JsonObject ending(Ending kind) {
    JsonObject ending = new JsonObject().put("kind", kind.name());
    put(ending, "destination", destination);
    put(ending, "reason", reason);
    put(ending, "utterance", utterance);
    if (data != null) {
      ending.put("data", parsed(data));
    }
    return ending;
  }

  private static void put(JsonObject json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }

  private static JsonObject parsed(String data) {
    try {
      return new JsonObject(data);
    } catch (DecodeException malformed) {
      throw new UserErrorException(
          "--data must be a JSON object, such as '{\"customer_id\": \"c-7\"}'");
    }
  }

  private void print(JsonObject preview) {
    out.println(
        "Connector %s at %s".formatted(preview.getValue("connectorId"), preview.getValue("time")));
    int number = 0;
    for (Object step : preview.getJsonArray("steps")) {
      out.println();
      print(++number, (JsonObject) step);
    }
  }

  private void print(int number, JsonObject step) {
    out.println(number + ". " + step.getString("step"));
    printMembers(step, "fields", "Twilio sends");
    for (Object note : step.getJsonArray("notes", new JsonArray())) {
      out.println("   - " + note);
    }
    printMembers(step, "variables", "variables");
    printMembers(step, "sipHeaders", "SIP headers");
    String twiml = step.getString("twiml");
    if (twiml != null) {
      out.println();
      IndentedXml.lines(twiml).forEach(line -> out.println("   " + line));
    }
  }

  private void printMembers(JsonObject step, String member, String title) {
    JsonObject values = step.getJsonObject(member, new JsonObject());
    if (!values.isEmpty()) {
      out.println("   " + title + ":");
      values.forEach(value -> out.println("     " + value.getKey() + " = " + value.getValue()));
    }
  }
}
