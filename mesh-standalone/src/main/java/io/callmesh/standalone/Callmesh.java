package io.callmesh.standalone;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.service.ServiceMain;
import io.callmesh.simulator.cli.AgentCommand;
import io.callmesh.simulator.cli.CallCommand;
import io.callmesh.simulator.cli.ConformanceCommand;
import io.callmesh.simulator.cli.LoadCommand;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code callmesh} command. Exit codes: 0 done, 1 failed, 2 wrong input, 78 wrong setting. */
@Command(
    name = "callmesh",
    mixinStandardHelpOptions = true,
    version = "callmesh 0.1.0",
    description = {
      "Connects phone calls on Twilio to voice-AI agents, and hands them to people in Flex.",
      ""
    },
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      CallCommand.class,
      AgentCommand.class,
      LoadCommand.class,
      ConformanceCommand.class,
      ConfigCommand.class,
      PreviewCommand.class
    },
    footer = {
      "",
      "Start here:  callmesh demo",
      "Exit codes:  0 done, 1 something did not work, 2 wrong input, 78 a wrong CALLMESH_ variable.",
      "CALLMESH_JAVA_OPTS gives the JVM options; CALLMESH_LOG_LEVEL=DEBUG shows more."
    })
public final class Callmesh {
  private Callmesh() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    // Before the first logger: people read this console, unless they ask for JSON.
    String format = System.getenv("CALLMESH_LOG_FORMAT");
    System.setProperty("CALLMESH_LOG_FORMAT", format == null ? "text" : format);
    boolean tellsItself = args.length == 0 || !args[0].equals("up");
    if (tellsItself && System.getenv("CALLMESH_LOG_LEVEL") == null) {
      System.setProperty("CALLMESH_LOG_LEVEL", "WARN");
    }
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Callmesh())
        .setExecutionExceptionHandler((cause, command, result) -> explain(cause, command));
  }

  /** Tells what stopped a command in one sentence, and gives its exit code. */
  static int explain(Exception cause, CommandLine command) {
    // Some, such as a TimeoutException of the JDK, have no message.
    String message = cause.getMessage();
    command.getErr().println("callmesh: " + (message == null ? cause : message));
    if (cause instanceof UserErrorException) {
      return CommandLine.ExitCode.USAGE;
    }
    if (cause instanceof ConfigException) {
      return ServiceMain.EXIT_CONFIG;
    }
    LoggerFactory.getLogger(Callmesh.class).debug("failed", cause);
    return CommandLine.ExitCode.SOFTWARE;
  }
}
