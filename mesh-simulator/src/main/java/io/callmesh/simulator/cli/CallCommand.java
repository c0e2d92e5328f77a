package io.callmesh.simulator.cli;

import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.audio.WavException;
import io.callmesh.simulator.audio.WavFile;
import io.callmesh.simulator.twilio.CallException;
import io.callmesh.simulator.twilio.CallPlan;
import io.callmesh.simulator.twilio.CallReport;
import io.callmesh.simulator.twilio.CallerStep;
import io.callmesh.simulator.twilio.DialAnswer;
import io.callmesh.simulator.twilio.FarEnd;
import io.callmesh.simulator.twilio.QueueAnswer;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.callmesh.simulator.twilio.TwilioSimulator;
import io.callmesh.simulator.twilio.WebhookHabits;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code callmesh call}: plays one phone call against a mesh, as Twilio would. */
@Command(
    name = "call",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Calls a mesh as Twilio does: requests the voice webhook, opens the media stream,",
      "lets a caller hear the greeting, speak, hear the answer and press keys, runs the",
      "TwiML that follows, and records both sides (caller left, agent right)."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the call went as planned",
      "1:the call failed, or the agent was not heard",
      "2:wrong input"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  Call the mesh on this machine and ask for a person:",
      "    TWILIO_AUTH_TOKEN=... callmesh call --to +15550100000",
      "  Let the first two transfers fail, and a person in Flex hang up at last:",
      "    callmesh call --then busy --then no-answer --queue bridged",
      "  Call by SIP, and send every webhook twice:",
      "    callmesh call --from sip:alice@pbx.example.com --sip-header X-Id=7 --twice",
      "  Speak a recording of your own to a mesh behind a tunnel, and hang up:",
      "    callmesh call --url http://localhost:8080 --public-url https://mesh.example.com \\",
      "      --caller question.wav --press \"\" --record call.wav"
    })
public final class CallCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int WRONG_INPUT = 2;
  private static final Duration LAST_WORDS = Duration.ofSeconds(30);

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "http://localhost:8080",
      description = "Where the mesh is. Default: ${DEFAULT-VALUE}")
  private String url;

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description = "The mesh's CALLMESH_PUBLIC_URL, to sign with, when it differs from --url.")
  private @Nullable String publicUrl;

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
          "Its Auth Token. Better in the environment: TWILIO_AUTH_TOKEN, or else the first of"
              + " CALLMESH_TWILIO_ACCOUNTS.")
  private @Nullable String authToken;

  @Option(
      names = "--from",
      paramLabel = "NUMBER",
      defaultValue = "+15550100001",
      description =
          "The caller's number, or sip:user@host for a SIP call. Default: ${DEFAULT-VALUE}")
  private String from;

  @Option(names = "--anonymous", description = "The caller withholds their number.")
  private boolean anonymous;

  @Option(
      names = "--sip-header",
      paramLabel = "X-NAME=VALUE",
      description = "A header of the SIP caller's INVITE; may be repeated.")
  private Map<String, String> sipHeaders = Map.of();

  @Option(
      names = "--field",
      paramLabel = "NAME=VALUE",
      description = "A field that every webhook of the call carries too; may be repeated.")
  private Map<String, String> fields = Map.of();

  @Option(
      names = "--to",
      paramLabel = "NUMBER",
      defaultValue = "+15550100000",
      description = "The number called. Default: ${DEFAULT-VALUE}")
  private String to;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      defaultValue = CallPlan.VOICE_PATH,
      description =
          "The voice webhook; /twilio/connectors/<id>/voice for one connector."
              + " Default: ${DEFAULT-VALUE}")
  private String path;

  @Option(
      names = "--then",
      paramLabel = "STATUS",
      description =
          "How transfers go, one after the other: busy, no-answer, failed, canceled or completed."
              + " Default: completed")
  private List<String> then = List.of();

  @Option(
      names = "--queue",
      paramLabel = "RESULT",
      description =
          "How queues go, one after the other: stay, bridged, hangup, leave, queue-full, error,"
              + " system-error or redirected. Default: stay")
  private List<String> queues = List.of();

  @Option(
      names = "--twice",
      description = "Send every webhook twice, as after a lost answer, and compare the answers.")
  private boolean twice;

  @Option(
      names = "--caller",
      paramLabel = "FILE.wav",
      description = "What the caller says; any PCM or G.711 WAV. Default: a recorded sentence.")
  private @Nullable Path caller;

  @Option(
      names = "--press",
      paramLabel = "KEYS",
      defaultValue = "0",
      description =
          "Keys pressed after the answer; with \"\" the caller hangs up instead."
              + " Default: ${DEFAULT-VALUE}")
  private String press;

  @Option(
      names = "--record",
      paramLabel = "FILE.wav",
      defaultValue = "callmesh-call.wav",
      description = "Where the recording goes. Default: ${DEFAULT-VALUE}")
  private Path record;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "When the caller hangs up at the latest. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Option(names = "--json", description = "Print the report as a line of JSON at the end.")
  private boolean json;

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  /** The command with the process's environment and streams. */
  public CallCommand() {
    this(System.getenv(), System.out, System.err);
  }

  CallCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() {
    TwilioAccount account;
    CallPlan plan;
    URI mesh;
    URI signed;
    try {
      account = new Settings(environment).account(accountSid, authToken);
      plan = plan();
      mesh = baseUrl("--url", url);
      signed = publicUrl == null ? mesh : baseUrl("--public-url", publicUrl);
      requireWritable(record);
    } catch (IllegalArgumentException | WavException e) {
      return fail(WRONG_INPUT, String.valueOf(e.getMessage()));
    }
    return call(mesh, signed, account, plan);
  }

  private CallPlan plan() throws WavException {
    short[] speech = caller == null ? SpokenAudio.caller() : WavFile.readMono8k(caller);
    CallPlan plan =
        CallPlan.of(from, to, CallerStep.conversation(speech, press), Duration.ofSeconds(limit))
            .at(path)
            .requesting(new WebhookHabits(false, twice))
            .meeting(farEnd());
    for (Map.Entry<String, String> field : fields.entrySet()) {
      plan = plan.with(field.getKey(), field.getValue());
    }
    return by(plan);
  }

  private CallPlan by(CallPlan plan) {
    if (!anonymous) {
      return sipHeaders.isEmpty() ? plan : plan.bySip(from, sipHeaders);
    }
    if (!sipHeaders.isEmpty()) {
      throw new IllegalArgumentException("--sip-header needs --from sip:..., not --anonymous.");
    }
    return plan.anonymous();
  }

  private FarEnd farEnd() {
    FarEnd others = FarEnd.WILLING;
    for (String status : then) {
      others = others.transfer(DialAnswer.of(status));
    }
    for (String result : queues) {
      others = others.queue(QueueAnswer.of(QueueAnswer.Way.of(result)));
    }
    return others;
  }

  private static URI baseUrl(String option, String text) {
    try {
      URI base = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (("http".equals(base.getScheme()) || "https".equals(base.getScheme()))
          && base.getHost() != null
          && base.getRawQuery() == null) {
        return base;
      }
    } catch (IllegalArgumentException e) {
      // told below, in the same words
    }
    throw new IllegalArgumentException(
        option + " must be http(s)://host[:port][/prefix], was '" + text + "'.");
  }

  /** Before the call, not after it: a minute of listening should not end with a lost recording. */
  private static void requireWritable(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
      throw new IllegalArgumentException("--record " + file + " cannot be written there.");
    }
  }

  private int call(URI mesh, URI signed, TwilioAccount account, CallPlan plan) {
    Vertx vertx = Vertx.vertx();
    try {
      StoryTeller story = new StoryTeller(out, Terminal.attached());
      CallReport report =
          new TwilioSimulator(vertx, mesh, account)
              .signingAs(signed)
              .call(plan)
              .listener(story)
              .start()
              .await(plan.limit().plus(LAST_WORDS).toMillis(), TimeUnit.MILLISECONDS);
      report.recording().writeTo(record);
      story.tell("recorded in " + record + ": caller left, agent right");
      return conclude(report);
    } catch (CallException e) {
      return fail(FAILED, Remedy.of(e, mesh.toString()));
    } catch (IOException e) {
      return fail(FAILED, record + " cannot be written: " + e.getMessage() + ".");
    } catch (TimeoutException e) {
      return fail(FAILED, "The call did not end within its limit.");
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

  private int conclude(CallReport report) {
    String problem = Remedy.of(report);
    if (json) {
      out.println(report.toJson().put("ok", problem == null).encode());
    }
    return problem == null ? 0 : complain(FAILED, problem);
  }

  private int fail(int code, String problem) {
    if (json) {
      out.println(new JsonObject().put("ok", false).put("error", problem).encode());
    }
    return complain(code, problem);
  }

  private int complain(int code, String problem) {
    err.println(problem);
    return code;
  }
}
