package io.callmesh.simulator.cli;

import io.callmesh.contracts.security.Masked;
import io.callmesh.simulator.twilio.CallEnd;
import io.callmesh.simulator.twilio.CallListener;
import io.callmesh.simulator.twilio.Enqueued;
import io.callmesh.simulator.twilio.QueueReport;
import io.callmesh.simulator.twilio.StudioReturn;
import io.callmesh.simulator.twilio.Transfer;
import java.io.PrintStream;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells a call as it happens, a line for each event with the seconds since the first. On a terminal
 * a last line shows the time on the stream and who is speaking; elsewhere such a line comes every
 * two seconds. Belongs to one call; not thread-safe, as a call's listener need not be.
 */
public final class StoryTeller implements CallListener {
  private static final int BEAT_MS = 2_000;
  private static final int WIDTH = 60;
  private static final Pattern ELEMENT = Pattern.compile("<([A-Z][A-Za-z]*)[\\s/>]");

  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private long origin = -1;
  private boolean progressShown;
  private long progressMs;

  /**
   * Tells a call to a stream.
   *
   * @param terminal whether a line may be rewritten
   */
  public StoryTeller(PrintStream out, boolean terminal) {
    this(out, terminal, System::nanoTime);
  }

  StoryTeller(PrintStream out, boolean terminal, LongSupplier nanoTime) {
    this.out = out;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
  }

  /** A line of somebody else's, in step with the story's. */
  public void tell(String event) {
    if (progressShown) {
      out.print("\r" + " ".repeat(WIDTH) + "\r");
      progressShown = false;
    }
    out.printf(Locale.ROOT, "%7.2f s  %s%n", elapsedNanos() / 1e9, event);
  }

  private long elapsedNanos() {
    long now = nanoTime.getAsLong();
    origin = origin < 0 ? now : origin;
    return now - origin;
  }

  @Override
  public void onWebhook(String kind, String url) {
    tell(words(kind) + " requested, signed as " + withoutQuery(url));
  }

  @Override
  public void onTwiml(String kind, String document) {
    tell(words(kind) + " answered: " + outline(document));
  }

  /** Status callbacks are told only when they fail: they are many, and change nothing. */
  @Override
  public void onCallback(String kind, int status) {
    if (status / 100 != 2) {
      tell("status callback " + kind + (status == 0 ? " not answered" : " answered " + status));
    }
  }

  @Override
  public void onStreamOpened(String streamSid) {
    progressMs = 0;
    tell("stream " + streamSid + " open");
  }

  @Override
  public void onStreamRefused(String streamSid, String error) {
    tell("stream not open: " + error);
  }

  @Override
  public void onAgentSpeaking(long streamMs) {
    tell("the agent speaks");
  }

  @Override
  public void onAgentQuiet(long streamMs) {
    tell("the agent is quiet");
  }

  @Override
  public void onCallerSpeaking(long playedMs, long totalMs) {
    if (playedMs == 20) {
      tell(String.format(Locale.ROOT, "the caller speaks, for %.1f s", totalMs / 1e3));
    } else if (playedMs == totalMs) {
      tell("the caller is quiet");
    }
  }

  @Override
  public void onDigit(char digit) {
    tell("the caller presses " + digit);
  }

  @Override
  public void onClear() {
    tell("the mesh cleared what the agent had still to say");
  }

  @Override
  public void onProgress(long streamMs, boolean callerSpeaking, boolean agentSpeaking) {
    String line =
        String.format(
            Locale.ROOT,
            "%7.1f s  on the stream   %-8s %-8s",
            streamMs / 1e3,
            callerSpeaking ? "[caller]" : "",
            agentSpeaking ? "[agent]" : "");
    if (terminal) {
      out.print("\r" + line);
      out.flush();
      progressShown = true;
    } else if (streamMs - progressMs >= BEAT_MS) {
      progressMs = streamMs;
      tell("… " + line.strip());
    }
  }

  @Override
  public void onStreamClosed(@Nullable Integer code, @Nullable String reason) {
    tell(code == null ? "stream closed by the caller" : "stream closed by the mesh, code " + code);
  }

  @Override
  public void onTransfer(Transfer transfer) {
    String headers =
        transfer.headers().isEmpty()
            ? ""
            : ", with " + String.join(", ", new TreeSet<>(transfer.headers().keySet()));
    tell(
        "transferred by <"
            + transfer.noun()
            + "> to "
            + Masked.number(transfer.target())
            + headers);
  }

  @Override
  public void onTransferEnded(Transfer transfer, @Nullable String status) {
    tell("the transfer went: " + (status == null ? "nobody says how" : status));
  }

  @Override
  public void onEnqueued(Enqueued enqueued) {
    String queue = enqueued.workflowSid() == null ? enqueued.queue() : enqueued.workflowSid();
    tell("waiting for a person in " + queue);
    if (enqueued.taskAttributes() != null) {
      tell("the person will see: " + enqueued.taskAttributes());
    }
  }

  @Override
  public void onQueueLeft(QueueReport queue) {
    if (queue.result() != null) {
      tell(
          "out of the queue: "
              + queue.result()
              + " after "
              + queue.seconds()
              + " s, the wait document heard "
              + queue.waits()
              + " times");
    }
  }

  @Override
  public void onUpdated() {
    tell("the mesh changes the call through the REST API");
  }

  @Override
  public void onReturnedToStudio(StudioReturn studio) {
    tell("back in the Studio flow " + studio.flowSid());
    new TreeMap<>(studio.variables())
        .forEach((name, value) -> tell("the widget gets " + name + " = " + value));
  }

  @Override
  public void onEnd(CallEnd end) {
    tell("the call is over: " + words(end.name().toLowerCase(Locale.ROOT)));
  }

  private static String words(String name) {
    return name.equals("voice") ? "voice webhook" : name.replace('_', ' ').replace('-', ' ');
  }

  private static String withoutQuery(String url) {
    int query = url.indexOf('?');
    return query < 0 ? url : url.substring(0, query);
  }

  /** The elements of a document within its root, in order: {@code <Connect><Stream>}. */
  private static String outline(String document) {
    StringBuilder outline = new StringBuilder();
    Matcher elements = ELEMENT.matcher(document);
    while (elements.find()) {
      if (!elements.group(1).equals("Response") && outline.length() < WIDTH) {
        outline.append('<').append(elements.group(1)).append('>');
      }
    }
    return outline.length() == 0 ? "nothing" : outline.toString();
  }
}
