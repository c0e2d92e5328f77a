package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.callmesh.runtime.config.Settings;
import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.ScriptedAgent;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
    Map<String, String> madeUp = StandaloneSecrets.of(data);
    Settings settings = StandaloneMesh.settings(environment, madeUp);
    PrintWriter out = spec.commandLine().getOut();
    out.println("Starting, data in " + data + " ...");
    out.flush();
    CountDownLatch stopped = new CountDownLatch(1);
    StandaloneMesh mesh = StandaloneMesh.start(settings, data.resolve("kafka"));
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(mesh, out, stopped), "callmesh-stop"));
    Welcome welcome = new Welcome(mesh.settings(), madeUp, mesh.port());
    welcome.print(out, mesh.managementPort());
    if (withDemoAgent) {
      startAgent(mesh, welcome, out);
    }
    stopped.await();
    return 0;
  }

  private static Path dataDirectory(Map<String, String> environment) {
    String set = Settings.load(environment).text("CALLMESH_DATA").orElse("");
    return set.isEmpty() ? Path.of(System.getProperty("user.home"), ".callmesh") : Path.of(set);
  }

  private static void startAgent(StandaloneMesh mesh, Welcome welcome, PrintWriter out)
      throws Exception {
    ScriptedAgent agent = new ScriptedAgent(Vertx.vertx(), AgentScript.standard());
    int port = agent.listen("127.0.0.1", 0).await(AGENT_LIMIT_S, SECONDS);
    MeshApi api =
        new MeshApi(
            URI.create("http://localhost:" + mesh.port()),
            mesh.settings().required(StandaloneSecrets.ADMIN_API_KEY));
    JsonObject connector = demoConnector(api, "ws://127.0.0.1:" + port + "/");
    out.println();
    out.println(
        "The demo agent answers "
            + DemoConnector.NUMBER
            + " (connector "
            + connector.getString("connectorId")
            + ")");
    out.println("  Try it:   ./callmesh call" + welcome.callOptions());
    out.flush();
  }

  /** The one of an earlier start, whose agent has another port now; or a new one. */
  private static JsonObject demoConnector(MeshApi api, String agentUrl) {
    JsonObject wanted = DemoConnector.body(agentUrl);
    Optional<JsonObject> known = api.serving(DemoConnector.PROJECT, DemoConnector.NUMBER);
    if (known.isPresent()) {
      return api.changeConnector(
          DemoConnector.PROJECT,
          known.get().getString("connectorId"),
          new JsonObject().put("agent", wanted.getJsonObject("agent")));
    }
    JsonObject made = api.createConnector(DemoConnector.PROJECT, wanted);
    JsonObject unused =
        api.lead(DemoConnector.PROJECT, DemoConnector.NUMBER, made.getString("connectorId"));
    return made;
  }

  private static void stop(StandaloneMesh mesh, PrintWriter out, CountDownLatch stopped) {
    out.println("Stopping ...");
    out.flush();
    mesh.close();
    out.println("Stopped.");
    out.flush();
    stopped.countDown();
  }
}
