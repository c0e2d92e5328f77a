package io.callmesh.simulator.cli;

import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.audio.WavException;
import io.callmesh.simulator.audio.WavFile;
import io.callmesh.simulator.conformance.Answering;
import io.callmesh.simulator.conformance.CheckInfo;
import io.callmesh.simulator.conformance.ConformanceReport;
import io.callmesh.simulator.conformance.ConformanceSuite;
import io.callmesh.simulator.conformance.InvitedStreams;
import io.callmesh.simulator.conformance.StreamSource;
import io.callmesh.simulator.conformance.Terms;
import io.callmesh.simulator.conformance.UnreachableException;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.callmesh.simulator.twilio.TwilioSimulator;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code callmesh conformance}: holds any Media Streams server to Twilio's protocol. */
@Command(
    name = "conformance",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Tests any server that speaks Twilio Media Streams, from outside: plays Twilio towards it,",
      "as documented, as it might be one day, and as it is on a bad day, and tells what does not",
      "hold and what to do about it. A server that echoes audio can be shown the most."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no required check failed (with --strict: none at all)",
      "1:a check failed, or no stream could be had",
      "2:wrong input, or the server cannot be reached"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  A server of your own, with the report that CI servers read:",
      "    callmesh conformance --url wss://bot.example.com/media --junit conformance.xml",
      "  One that checks signatures and wants a parameter:",
      "    TWILIO_AUTH_TOKEN=... callmesh conformance --url wss://bot.example.com/media \\",
      "      --parameter customer=42",
      "  One whose URL is another for each call, as its voice webhook says:",
      "    TWILIO_AUTH_TOKEN=... callmesh conformance --via-webhook \\",
      "      https://mesh.example.com/twilio/voice --to +15550100000"
    })
public final class ConformanceCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int WRONG_INPUT = 2;
  private static final int MOST_SECONDS = 60;
  private static final int SPEECH_SAMPLES = 3 * 8_000;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The stream's URL, ws:// or wss://, as <Stream url> has it.")
  private @Nullable String url;

  @Option(
      names = "--via-webhook",
      paramLabel = "URL",
      description = "Instead: a voice webhook, asked before each stream where it goes.")
  private @Nullable String webhook;

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description =
          "What the server believes to be its URL, to sign with, when a tunnel or a proxy is"
              + " passed by: the stream's with --url, the base of all with --via-webhook.")
  private @Nullable String publicUrl;

  @Option(
      names = "--to",
      paramLabel = "NUMBER",
      defaultValue = "+15550100000",
      description = "The number called, for the webhook. Default: ${DEFAULT-VALUE}")
  private String to;

  @Option(
      names = "--from",
      paramLabel = "NUMBER",
      defaultValue = "+15550100001",
      description = "The caller's number, for the webhook. Default: ${DEFAULT-VALUE}")
  private String from;

  @Option(
      names = "--parameter",
      paramLabel = "NAME=VALUE",
      description = "A custom parameter of start; may be repeated.")
  private Map<String, String> parameters = Map.of();

  @Option(
      names = "--account-sid",
      paramLabel = "AC...",
      description =
          "The Twilio account. Default: the one of CALLMESH_TWILIO_ACCOUNTS that has the token.")
  private @Nullable String accountSid;

  @Option(
      names = "--auth-token",
      paramLabel = "TOKEN",
      description =
          "Its Auth Token, which signs handshakes and makes unsigned ones a fault. Better in the"
              + " environment: TWILIO_AUTH_TOKEN, or else the first of CALLMESH_TWILIO_ACCOUNTS.")
  private @Nullable String authToken;

  @Option(
      names = "--expect",
      paramLabel = "WHAT",
      defaultValue = "auto",
      description =
          "What the server does with audio: echo, speech, silence, or auto to find out."
              + " Default: ${DEFAULT-VALUE}")
  private String expect;

  @Option(
      names = "--speech",
      paramLabel = "FILE.wav",
      description = "What a caller says; any PCM or G.711 WAV. Default: a recorded sentence.")
  private @Nullable Path speech;

  @Option(
      names = "--clear-key",
      paramLabel = "KEY",
      defaultValue = "*",
      description = "A key on which the server sends clear. Default: ${DEFAULT-VALUE}")
  private String clearKey;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "How long an answer may take. Default: ${DEFAULT-VALUE}")
  private int patience;

  @Option(
      names = "--stall",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description = "How long the slow reader does not read. Default: ${DEFAULT-VALUE}")
  private int stall;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many checks run at a time, with up to 2 streams each. Default: 4")
  private int parallel;

  @Option(names = "--only", paramLabel = "ID", split = ",", description = "Only these checks.")
  private List<String> only = List.of();

  @Option(names = "--skip", paramLabel = "ID", split = ",", description = "Not these checks.")
  private List<String> skip = List.of();

  @Option(names = "--list", description = "List the checks, and run none.")
  private boolean list;

  @Option(names = "--strict", description = "Recommended checks count as required ones.")
  private boolean strict;

  @Option(names = "--insecure", description = "Take any certificate.")
  private boolean insecure;

  @Option(
      names = "--junit",
      paramLabel = "FILE.xml",
      description = "Write the report as JUnit XML.")
  private @Nullable Path junit;

  @Option(names = "--json", paramLabel = "FILE.json", description = "Write the report as JSON.")
  private @Nullable Path json;

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  /** The command with the process's environment and streams. */
  public ConformanceCommand() {
    this(System.getenv(), System.out, System.err);
  }

  ConformanceCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws InterruptedException {
    ConformanceTable table = new ConformanceTable(out, Terminal.attached());
    if (list) {
      table.list(ConformanceSuite.checks());
      return 0;
    }
    try {
      return run(table);
    } catch (IllegalArgumentException | WavException | UnreachableException e) {
      err.println(e.getMessage());
      return WRONG_INPUT;
    } catch (IOException e) {
      err.println("The report cannot be written: " + e.getMessage() + ".");
      return FAILED;
    }
  }

  private int run(ConformanceTable table)
      throws WavException, UnreachableException, IOException, InterruptedException {
    requireKnown(only, "--only");
    requireKnown(skip, "--skip");
    ReportFile.requireWritable("--junit", junit);
    ReportFile.requireWritable("--json", json);
    if ((url == null) == (webhook == null)) {
      throw new IllegalArgumentException("Give one of --url and --via-webhook.");
    }
    return webhook == null ? runAt(table, String.valueOf(url)) : runVia(table, webhook);
  }

  private int runAt(ConformanceTable table, String stream)
      throws WavException, UnreachableException, IOException, InterruptedException {
    URI endpoint = address("--url", stream, "ws");
    String written = publicUrl == null ? stream : publicUrl;
    requireScheme("--public-url", written, "ws");
    StreamSource source = StreamSource.at(withoutQuery(endpoint), written, parameters);
    return run(table, source, new Settings(environment).accountIfKnown(accountSid, authToken));
  }

  private int runVia(ConformanceTable table, String voice)
      throws WavException, UnreachableException, IOException, InterruptedException {
    URI address = address("--via-webhook", voice, "http");
    TwilioAccount account = new Settings(environment).account(accountSid, authToken);
    Vertx vertx = Vertx.vertx();
    try {
      URI base = URI.create(address.getScheme() + "://" + address.getRawAuthority());
      URI signed = publicUrl == null ? base : address("--public-url", publicUrl, "http");
      TwilioSimulator twilio = new TwilioSimulator(vertx, base, account).signingAs(signed);
      String path = address.getRawPath();
      return run(table, new InvitedStreams(twilio, path, from, to, parameters), account);
    } finally {
      close(vertx);
    }
  }

  private static void close(Vertx vertx) {
    try {
      vertx.close().await(10, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      // the process ends anyway
    }
  }

  private int run(ConformanceTable table, StreamSource source, @Nullable TwilioAccount account)
      throws WavException, UnreachableException, IOException, InterruptedException {
    ConformanceReport report =
        new ConformanceSuite(source, terms(account), this::wanted).run(table);
    table.print(report);
    write(report);
    return report.passed(strict) ? 0 : FAILED;
  }

  private void write(ConformanceReport report) throws IOException {
    if (junit != null) {
      try (OutputStream file = Files.newOutputStream(junit)) {
        report.writeJunit(file);
      }
    }
    if (json != null) {
      Files.writeString(json, report.toJson().encodePrettily() + System.lineSeparator());
    }
  }

  private static URI address(String option, String text, String scheme) {
    requireScheme(option, text, scheme);
    try {
      URI address = URI.create(text);
      if (address.getHost() != null && address.getRawFragment() == null) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // told below, in the same words
    }
    throw new IllegalArgumentException(
        option + " must be " + scheme + "(s)://host[:port]/path, was '" + text + "'.");
  }

  private static void requireScheme(String option, String text, String scheme) {
    if (!text.startsWith(scheme + "://") && !text.startsWith(scheme + "s://")) {
      throw new IllegalArgumentException(
          option + " must begin with " + scheme + ":// or " + scheme + "s://, was '" + text + "'.");
    }
  }

  private static URI withoutQuery(URI address) {
    String text = address.toString();
    int query = text.indexOf('?');
    return query < 0 ? address : URI.create(text.substring(0, query));
  }

  private boolean wanted(CheckInfo check) {
    return (only.isEmpty() || only.contains(check.id())) && !skip.contains(check.id());
  }

  private static void requireKnown(List<String> ids, String option) {
    Set<String> known =
        ConformanceSuite.checks().stream().map(CheckInfo::id).collect(Collectors.toSet());
    Set<String> unknown = new HashSet<>(ids);
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          option + " names no check: " + String.join(", ", unknown) + "; --list has them.");
    }
  }

  private Terms terms(@Nullable TwilioAccount account) throws WavException {
    short[] said =
        speech == null
            ? Arrays.copyOf(SpokenAudio.caller(), SPEECH_SAMPLES)
            : WavFile.readMono8k(speech);
    return new Terms(
        account == null ? Settings.accountSid(accountSid) : account.accountSid(),
        account == null ? null : account.authToken(),
        answering(),
        said,
        clearKey,
        seconds("--patience", patience),
        seconds("--stall", stall),
        insecure,
        parallel);
  }

  private static Duration seconds(String option, int seconds) {
    if (seconds < 1 || seconds > MOST_SECONDS) {
      throw new IllegalArgumentException(option + " must be 1 to 60, was " + seconds + ".");
    }
    return Duration.ofSeconds(seconds);
  }

  private @Nullable Answering answering() {
    try {
      return Answering.of(expect);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--expect must be echo, speech, silence or auto, was '" + expect + "'.", e);
    }
  }
}
