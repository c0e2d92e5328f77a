package io.callmesh.simulator.cli;

import io.callmesh.simulator.agent.AgentScript;
import io.callmesh.simulator.agent.ScriptedAgent;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code callmesh agent}: runs the scripted voice agent until it is interrupted. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a voice agent that follows a script, to try a mesh without a real one. It greets,",
      "answers when the caller pauses, stops talking when interrupted, hands the call over when",
      "the caller presses 0, and hangs up on 9."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:stopped by Ctrl-C", "1:the port cannot be had"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  For a mesh on this machine, which must allow loopback addresses",
      "  (CALLMESH_AGENT_ALLOW_PRIVATE_ADDRESSES=true):",
      "    callmesh agent --port 9090",
      "  Handing over to a certain destination of the connector:",
      "    callmesh agent --destination billing"
    })
public final class AgentCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "9090",
      description = "Where to listen; 0 takes a free port. Default: ${DEFAULT-VALUE}")
  private int port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen on; 0.0.0.0 for all. Default: ${DEFAULT-VALUE}")
  private String host;

  @Option(
      names = "--destination",
      paramLabel = "NAME",
      description = "The handoff's destination. Default: what the connector prefers.")
  private @Nullable String destination;

  private final PrintStream out;
  private final PrintStream err;

  /** The command with the process's streams. */
  public AgentCommand() {
    this(System.out, System.err);
  }

  AgentCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws InterruptedException {
    Vertx vertx = Vertx.vertx();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(vertx)));
    ScriptedAgent agent =
        new ScriptedAgent(vertx, AgentScript.standard().handingOffTo(destination));
    try {
      announce(agent.listen(host, port).await(30, TimeUnit.SECONDS));
    } catch (Exception e) {
      err.println("The agent cannot listen on " + host + ":" + port + ": " + e.getMessage() + ".");
      close(vertx);
      return 1;
    }
    new CountDownLatch(1).await(); // until the process is told to end
    return 0;
  }

  private void announce(int port) {
    String url = "ws://" + host + ":" + port + "/";
    out.println("The scripted agent listens on " + url);
    out.println("In a connector:");
    out.println(
        "  \"agent\": {\"protocol\": \"callmesh\", \"url\": \""
            + url
            + "\", \"audio\": {\"encoding\": \"mulaw\", \"sampleRate\": 8000}}");
    out.println("Ctrl-C stops it.");
  }

  private static void close(Vertx vertx) {
    try {
      vertx.close().await(10, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      // the process ends anyway
    }
  }
}
