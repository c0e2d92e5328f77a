package io.callmesh.simulator.cli;

import io.callmesh.simulator.load.LoadException;
import io.callmesh.simulator.load.LoadPlan;
import io.callmesh.simulator.load.LoadReport;
import io.callmesh.simulator.load.LoadRun;
import io.callmesh.simulator.load.LoadTarget;
import io.callmesh.simulator.load.ServerProcess;
import io.callmesh.simulator.twilio.TwilioAccount;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code callmesh load}: many streams at once against a server, to measure it. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Plays Twilio's side of many streams at once against any server that speaks Twilio Media",
      "Streams and whose agent echoes, and measures: delay there and back, lost audio, and CPU and",
      "memory of the server when it runs on this machine."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all went well",
      "1:audio was lost, altered, duplicated or out of order, a message was malformed,"
          + " or a stream was refused or broke",
      "2:wrong input"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  A server on this machine, whatever it is:",
      "    callmesh load --url ws://127.0.0.1:9700/ --streams 400 --seconds 60 --out load.json",
      "  A mesh, by the token of a connector whose agent echoes PCM:",
      "    callmesh load --url wss://mesh.example.com/streams --auth-token ... --account-sid AC... \\",
      "      --parameter connectorToken=... --transcoded",
      "",
      "Delay counts from when a frame was sent; look at 'sent late' before believing it: a load",
      "that is late itself measures the machine. It has one thread; give it a core of its own."
    })
public final class LoadCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int WRONG_INPUT = 2;
  private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "::1");

  @Option(
      names = "--url",
      required = true,
      paramLabel = "URL",
      description = "Where the streams go: wss://host/path, or ws:// without TLS.")
  private String url;

  @Option(
      names = "--streams",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many at once. Default: ${DEFAULT-VALUE}")
  private int streams;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "30",
      description = "How long they are measured. Default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--ramp-up",
      paramLabel = "S",
      defaultValue = "2",
      description = "Over how many seconds they are opened. Default: ${DEFAULT-VALUE}")
  private int rampUp;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      defaultValue = "5",
      description = "Seconds with all of them before anything counts. Default: ${DEFAULT-VALUE}")
  private int warmUp;

  @Option(
      names = "--drain",
      paramLabel = "S",
      defaultValue = "5",
      description = "How long the last frames may take to come back. Default: ${DEFAULT-VALUE}")
  private int drain;

  @Option(
      names = "--max-lost",
      paramLabel = "N",
      defaultValue = "0",
      description = "How many frames may be lost. Default: ${DEFAULT-VALUE}")
  private long maxLost;

  @Option(
      names = "--parameter",
      paramLabel = "NAME=VALUE",
      description = "A <Parameter> of every stream; may be repeated.")
  private Map<String, String> parameters = Map.of();

  @Option(
      names = "--account-sid",
      paramLabel = "AC...",
      description =
          "Whose calls they are. Default: the account of CALLMESH_TWILIO_ACCOUNTS that has the"
              + " token.")
  private @Nullable String accountSid;

  @Option(
      names = "--auth-token",
      paramLabel = "TOKEN",
      description =
          "The account's Auth Token, to sign the handshakes with. Better in the environment:"
              + " TWILIO_AUTH_TOKEN, or else the first of CALLMESH_TWILIO_ACCOUNTS.")
  private @Nullable String authToken;

  @Option(
      names = "--signed-url",
      paramLabel = "URL",
      description = "The URL to sign, when the server believes to be elsewhere than --url.")
  private @Nullable String signedUrl;

  @Option(
      names = "--transcoded",
      description =
          "The agent has another audio format than mu-law, so that frames come back changed: know"
              + " them by their loudness. Without it every byte must come back as it went.")
  private boolean transcoded;

  @Option(names = "--insecure", description = "Accept any certificate.")
  private boolean insecure;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description =
          "The server's process, to measure it too. Default: the one that listens on the port, when"
              + " the host is this machine.")
  private @Nullable Long pid;

  @Option(names = "--out", paramLabel = "FILE", description = "Where the figures go as JSON.")
  private @Nullable Path json;

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  /** The command with the process's environment and streams. */
  public LoadCommand() {
    this(System.getenv(), System.out, System.err);
  }

  LoadCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws InterruptedException {
    LoadPlan plan;
    ServerProcess server;
    try {
      plan = plan();
      server = server(plan.target());
      ReportFile.requireWritable("--out", json);
    } catch (IllegalArgumentException e) {
      return complain(WRONG_INPUT, String.valueOf(e.getMessage()));
    }
    try {
      return conclude(new LoadRun(plan, server, out::println).run());
    } catch (LoadException e) {
      return complain(FAILED, "No stream: " + Remedy.ofStreams(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return complain(FAILED, json + " cannot be written: " + e.getMessage() + ".");
    }
  }

  private int conclude(LoadReport report) throws IOException {
    out.println();
    out.println(report.text());
    if (json != null) {
      Files.writeString(json, report.json().encodePrettily() + System.lineSeparator());
    }
    report
        .faults()
        .forEach((reason, count) -> err.println(count + " streams: " + Remedy.ofStreams(reason)));
    if (report.frames().missing() + report.frames().skipped() > maxLost) {
      err.println("Audio was lost; --max-lost says how many frames may be.");
    }
    if (!report.frames().spoilt().isEmpty()) {
      err.println("What came back is not what went: " + report.frames().spoilt() + ".");
    }
    return report.isGood(maxLost) ? 0 : FAILED;
  }

  private int complain(int code, String problem) {
    err.println(problem);
    return code;
  }

  private LoadPlan plan() {
    TwilioAccount account = new Settings(environment).accountIfKnown(accountSid, authToken);
    LoadTarget target =
        LoadTarget.of(
            url, signedUrl == null ? url : signedUrl, account == null ? null : account.authToken());
    return new LoadPlan(
        target,
        streams,
        Duration.ofSeconds(rampUp),
        Duration.ofSeconds(warmUp),
        Duration.ofSeconds(seconds),
        Duration.ofSeconds(drain),
        parameters,
        account == null ? Settings.accountSid(accountSid) : account.accountSid(),
        insecure,
        transcoded);
  }

  private @Nullable ServerProcess server(LoadTarget target) {
    if (pid == null) {
      return HERE.contains(target.host())
          ? ServerProcess.listeningOn(target.port()).orElse(null)
          : null;
    }
    ServerProcess process = new ServerProcess(pid);
    if (!process.exists()) {
      throw new IllegalArgumentException("--pid " + pid + " is no process that can be measured.");
    }
    return process;
  }
}
