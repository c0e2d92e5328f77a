package io.callmesh.simulator.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The simulator's commands on their own, without a mesh in the same program. */
@Command(
    name = "callmesh-simulator",
    mixinStandardHelpOptions = true,
    description = "Twilio's side of a call or of many, well and badly, and a scripted voice agent.",
    subcommands = {
      CallCommand.class,
      AgentCommand.class,
      LoadCommand.class,
      ConformanceCommand.class
    })
public final class SimulatorMain {
  private SimulatorMain() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SimulatorMain()).execute(arguments));
  }
}
