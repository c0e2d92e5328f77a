package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.security.PublicUrls;
import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.ScriptedAgent;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code callmesh up}: the whole mesh in one process, staying up. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the whole mesh in one process on one public port, with a Kafka broker of its own.",
      "Ctrl-C stops it cleanly; its data is there again at the next start.",
      ""
    },
    footer = {
      "",
      "Variables (each also as NAME_FILE, naming a file with the value):",
      "  CALLMESH_PORT              the public port, 8080",
      "  CALLMESH_MANAGEMENT_PORT   health and metrics, 8081",
      "  CALLMESH_DATA              where the broker keeps its data, ~/.callmesh",
      "  CALLMESH_PUBLIC_URL        the https URL that Twilio is given, http://localhost:<port>",
      "  CALLMESH_TWILIO_ACCOUNTS   [{\"accountSid\":\"AC…\",\"authTokens\":[\"…\"]}]",
      "  CALLMESH_ADMIN_API_KEY     the first API key; made up and printed when there is none",
      "  CALLMESH_KAFKA_BOOTSTRAP_SERVERS          a broker to use instead of the embedded one",
      "  CALLMESH_AGENT_ALLOW_PRIVATE_ADDRESSES    true lets agents be on this machine"
    })
public final class UpCommand implements Callable<Integer> {
  private static final long AGENT_LIMIT_S = 10;

  @Spec private CommandSpec spec;

  @Option(
      names = "--with-demo-agent",
      description =
          "Also runs the scripted agent on a free port and leads the number "
              + DemoConnector.NUMBER
              + " to it, so that 'callmesh call' has somebody to talk to.")
  private boolean withDemoAgent;

  @Override
  public Integer call() throws Exception {
    Map<String, String> environment = new HashMap<>(System.getenv());
    if (withDemoAgent) {
      environment.put("CALLMESH_AGENT_ALLOW_PRIVATE_ADDRESSES", "true");
    }
    Path data = dataDirectory(environment);
    Settings settings = StandaloneMesh.settings(environment, StandaloneSecrets.of(data));
    PrintWriter out = spec.commandLine().getOut();
    out.println("Starting, data in " + data + " ...");
    out.flush();
    CountDownLatch stopped = new CountDownLatch(1);
    StandaloneMesh mesh = StandaloneMesh.start(settings, data.resolve("kafka"));
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(mesh, out, stopped), "callmesh-stop"));
    new Welcome(mesh, environment).print(out);
    if (withDemoAgent) {
      startAgent(mesh, out);
    }
    stopped.await();
    return 0;
  }

  private static Path dataDirectory(Map<String, String> environment) {
    String set = Settings.load(environment).text("CALLMESH_DATA").orElse("");
    return set.isEmpty() ? Path.of(System.getProperty("user.home"), ".callmesh") : Path.of(set);
  }

  private static void startAgent(StandaloneMesh mesh, PrintWriter out) throws Exception {
    ScriptedAgent agent = new ScriptedAgent(Vertx.vertx(), AgentScript.standard());
    int port = agent.listen("127.0.0.1", 0).await(AGENT_LIMIT_S, SECONDS);
    MeshApi api =
        new MeshApi(
            URI.create("http://localhost:" + mesh.port()),
            mesh.settings().required(StandaloneSecrets.ADMIN_API_KEY));
    JsonObject connector =
        api.createConnector(
            DemoConnector.PROJECT, DemoConnector.body("ws://127.0.0.1:" + port + "/"));
    String connectorId = connector.getString("connectorId");
    JsonObject number = api.lead(DemoConnector.PROJECT, DemoConnector.NUMBER, connectorId);
    out.println();
    out.println(
        "The demo agent answers "
            + number.getString("number")
            + " (connector "
            + connectorId
            + ")");
    out.println("  Try it:   ./callmesh call" + Welcome.callOptions(mesh));
    out.flush();
  }

  private static void stop(StandaloneMesh mesh, PrintWriter out, CountDownLatch stopped) {
    out.println("Stopping ...");
    out.flush();
    mesh.close();
    out.println("Stopped.");
    out.flush();
    stopped.countDown();
  }

  /** What a person wants to know when the mesh is up. */
  private record Welcome(StandaloneMesh mesh, Map<String, String> environment) {
    void print(PrintWriter out) {
      Settings settings = mesh.settings();
      PublicUrls urls = PublicUrls.from(settings);
      out.println();
      out.println("callmesh is up");
      out.println("  Public port   " + mesh.port() + "   for Twilio, Flex and the API");
      out.println(
          "  Management    http://localhost:"
              + mesh.managementPort()
              + "/health/ready and /metrics");
      out.println("  Kafka         " + mesh.bootstrapServers());
      printKey(out, settings);
      printTwilio(out, urls);
      out.println();
      out.println("Ctrl-C stops it.");
      out.flush();
    }

    private void printKey(PrintWriter out, Settings settings) {
      boolean madeUp = !isSet(StandaloneSecrets.ADMIN_API_KEY);
      out.println(
          "  API key       "
              + (madeUp
                  ? settings.required(StandaloneSecrets.ADMIN_API_KEY)
                      + "   (made up; send it as x-api-key)"
                  : "the one in CALLMESH_ADMIN_API_KEY"));
    }

    private void printTwilio(PrintWriter out, PublicUrls urls) {
      out.println();
      if (!isSet(StandaloneSecrets.TWILIO_ACCOUNTS)) {
        out.println("No Twilio account is set, so one was made up for simulated calls:");
        out.println("  ./callmesh call" + callOptions(mesh));
        out.println();
      }
      out.println("To take real calls:");
      out.println(
          "  1. Open a tunnel:   ngrok http "
              + mesh.port()
              + "     (or cloudflared tunnel --url http://localhost:"
              + mesh.port()
              + ")");
      out.println(
          "  2. Start again with the tunnel's https URL in CALLMESH_PUBLIC_URL and your account in");
      out.println(
          "     CALLMESH_TWILIO_ACCOUNTS='[{\"accountSid\":\"AC…\",\"authTokens\":[\"…\"]}]'");
      out.println(
          "  3. Create a connector, import your number and assign it (README.md, \"Connect a real number\")");
      out.println(
          "  4. In Twilio's console let the number's \"A call comes in\" be a webhook, HTTP POST, to");
      String base = isSet("CALLMESH_PUBLIC_URL") ? urls.web() : "https://<your tunnel>";
      out.println("     " + base + "/twilio/voice");
    }

    static String callOptions(StandaloneMesh mesh) {
      JsonObject account =
          new JsonArray(mesh.settings().required(StandaloneSecrets.TWILIO_ACCOUNTS))
              .getJsonObject(0);
      return " --url http://localhost:%d --account-sid %s --auth-token %s --to %s"
          .formatted(
              mesh.port(),
              account.getString("accountSid"),
              account.getJsonArray("authTokens").getString(0),
              DemoConnector.NUMBER);
    }

    private boolean isSet(String variable) {
      return environment.containsKey(variable) || environment.containsKey(variable + "_FILE");
    }
  }
}
