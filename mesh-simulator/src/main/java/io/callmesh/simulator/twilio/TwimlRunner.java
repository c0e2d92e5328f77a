package io.callmesh.simulator.twilio;

import io.callmesh.contracts.Ids;
import io.callmesh.simulator.twilio.Verb.Action;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs a call's TwiML: verb after verb, document after document, until one ends the call. Lives on
 * the call's context. A failed future is a {@link CallException}.
 */
final class TwimlRunner implements Verb.Visitor<Future<TwimlRunner.Next>> {
  private static final int MOST_REDIRECTS = 10;
  private static final int MOST_DOCUMENTS = 1_000;
  private static final Duration SPOKEN_CHARACTER = Duration.ofMillis(60);
  private static final Duration LONGEST_SPEECH = Duration.ofSeconds(10);
  private static final Duration PLAYED_FILE = Duration.ofSeconds(1);
  private static final Future<Next> NEXT_VERB = Future.succeededFuture(new Next(null, null));

  private final Vertx vertx;
  private final CallPlan plan;
  private final TwilioAccount account;
  private final MeshAddress mesh;
  private final Webhooks webhooks;
  private final StreamDialer dialer;
  private final CallerTrack caller;
  private final StereoRecording recording;
  private final CallLog log;
  private final CallListener listener;

  private URI documentUrl;
  private int documents;
  private int redirects;
  private @Nullable MediaStream stream;
  private boolean stopped;

  TwimlRunner(
      Vertx vertx,
      CallPlan plan,
      TwilioAccount account,
      MeshAddress mesh,
      Webhooks webhooks,
      StreamDialer dialer,
      CallerTrack caller,
      StereoRecording recording,
      CallLog log,
      CallListener listener) {
    this.vertx = vertx;
    this.plan = plan;
    this.account = account;
    this.mesh = mesh;
    this.webhooks = webhooks;
    this.dialer = dialer;
    this.caller = caller;
    this.recording = recording;
    this.log = log;
    this.listener = listener;
    this.documentUrl = mesh.voice(plan.voicePath());
  }

  /** How the call goes on after a verb: it ends, with another document, or with the next verb. */
  record Next(@Nullable CallEnd end, @Nullable List<Verb> document) {}

  /** Requests the voice webhook and runs what follows; succeeds with how the call ended. */
  Future<CallEnd> run() {
    return fetch("voice", documentUrl, false, form("ringing")).compose(this::follow);
  }

  /** Stops the open stream, as when the caller hangs up, and runs no more verbs. */
  void stop() {
    stopped = true;
    if (stream != null) {
      stream.hangUp();
    }
  }

  private Future<CallEnd> follow(Next next) {
    if (next.end() != null) {
      return Future.succeededFuture(next.end());
    }
    return next.document() == null
        ? Future.succeededFuture(CallEnd.OUT_OF_VERBS)
        : verbs(next.document().iterator());
  }

  private Future<CallEnd> verbs(Iterator<Verb> verbs) {
    if (stopped || !verbs.hasNext()) {
      return Future.succeededFuture(stopped ? CallEnd.CALLER_HUNG_UP : CallEnd.OUT_OF_VERBS);
    }
    Verb verb = verbs.next();
    log.verb(verb.name());
    listener.onVerb(verb.name());
    return verb.accept(this)
        .compose(
            next -> next.end() == null && next.document() == null ? verbs(verbs) : follow(next));
  }

  private Future<Next> fetch(String kind, URI url, boolean get, SortedMap<String, String> form) {
    if (++documents > MOST_DOCUMENTS) {
      return Future.failedFuture(CallException.loop(MOST_DOCUMENTS));
    }
    listener.onWebhook(kind, url.toString());
    return webhooks
        .twiml(url, get, form)
        .map(
            document -> {
              log.document(kind, document);
              listener.onTwiml(kind, document);
              documentUrl = url;
              return new Next(null, TwimlParser.parse(document));
            });
  }

  private Future<Next> act(String kind, @Nullable Action action, SortedMap<String, String> form) {
    if (stopped) {
      return ended(CallEnd.CALLER_HUNG_UP);
    }
    if (action == null) {
      return NEXT_VERB;
    }
    URI url = resolve(action.url());
    return url == null
        ? Future.failedFuture(CallException.twiml(action.url() + " is not a URL (11100)"))
        : fetch(kind, url, action.get(), form);
  }

  private @Nullable URI resolve(String url) {
    try {
      String text = url.indexOf('#') < 0 ? url : url.substring(0, url.indexOf('#'));
      URI resolved = documentUrl.resolve(text);
      return resolved.getHost() == null ? null : resolved;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private SortedMap<String, String> form(String callStatus) {
    SortedMap<String, String> form = new TreeMap<>();
    form.put("AccountSid", account.accountSid());
    form.put("ApiVersion", "2010-04-01");
    form.put("CallSid", plan.callSid());
    form.put("CallStatus", callStatus);
    form.put("Called", plan.to());
    form.put("Caller", plan.from());
    form.put("Direction", "inbound");
    form.put("From", plan.from());
    form.put("To", plan.to());
    return form;
  }

  private SortedMap<String, String> form(String callStatus, String... more) {
    SortedMap<String, String> form = form(callStatus);
    for (int i = 0; i < more.length; i += 2) {
      form.put(more[i], more[i + 1]);
    }
    return form;
  }

  @Override
  public Future<Next> say(Verb.Say say) {
    log.said(say.text());
    Duration speech = SPOKEN_CHARACTER.multipliedBy(say.text().length());
    return silence(speech.compareTo(LONGEST_SPEECH) > 0 ? LONGEST_SPEECH : speech);
  }

  @Override
  public Future<Next> play(Verb.Play play) {
    log.played(play.url());
    return silence(PLAYED_FILE);
  }

  @Override
  public Future<Next> pause(Verb.Pause pause) {
    return silence(Duration.ofSeconds(pause.seconds()));
  }

  private Future<Next> silence(Duration duration) {
    recording.appendSilence(duration);
    return vertx.timer(Math.max(1, duration.toMillis())).compose(fired -> NEXT_VERB);
  }

  @Override
  public Future<Next> stream(Verb.Stream verb) {
    String streamSid = "MZ" + Ids.hex(16);
    return dialer
        .dial(verb)
        .compose(
            socket -> open(verb, streamSid, socket), failure -> refused(verb, streamSid, failure));
  }

  private Future<Next> refused(Verb.Stream verb, String streamSid, Throwable failure) {
    String error = String.valueOf(failure.getMessage());
    log.refused(streamSid, error);
    listener.onStreamRefused(streamSid, error);
    streamEvent(verb, streamSid, "stream-error", "StreamError", error);
    return NEXT_VERB;
  }

  private Future<Next> open(Verb.Stream verb, String streamSid, WebSocket socket) {
    if (stopped) {
      socket.close();
      return ended(CallEnd.CALLER_HUNG_UP);
    }
    StreamMessages messages = new StreamMessages(account.accountSid(), plan.callSid(), streamSid);
    MediaStream opened =
        new MediaStream(vertx, socket, streamSid, messages, caller, recording, listener);
    stream = opened;
    log.stream(opened);
    listener.onStreamOpened(streamSid);
    streamEvent(verb, streamSid, "stream-started");
    return opened.run(verb.parameters()).compose(ending -> closed(verb, streamSid, ending));
  }

  private Future<Next> closed(Verb.Stream verb, String streamSid, MediaStream.Ending ending) {
    stream = null;
    streamEvent(verb, streamSid, "stream-stopped");
    return ending == MediaStream.Ending.CALLER
        ? ended(CallEnd.CALLER_HUNG_UP)
        : act("connect-action", verb.action(), form("in-progress"));
  }

  /** Tells the stream status callback, whose answer changes nothing. */
  private void streamEvent(Verb.Stream verb, String streamSid, String event, String... more) {
    Action callback = verb.statusCallback();
    URI url = callback == null ? null : resolve(callback.url());
    if (callback == null || url == null) {
      return;
    }
    SortedMap<String, String> form = new TreeMap<>();
    form.put("AccountSid", account.accountSid());
    form.put("CallSid", plan.callSid());
    form.put("StreamSid", streamSid);
    form.put("StreamName", verb.streamName().isEmpty() ? streamSid : verb.streamName());
    form.put("StreamEvent", event);
    form.put("Timestamp", Instant.now().toString());
    for (int i = 0; i < more.length; i += 2) {
      form.put(more[i], more[i + 1]);
    }
    callback(event, url, callback.get(), form);
  }

  /** Tells the call status callback, when there is one, that the call is over. */
  void completed(long seconds) {
    if (plan.statusPath() != null) {
      SortedMap<String, String> form =
          form(
              "completed",
              "CallDuration",
              String.valueOf(seconds),
              "CallbackSource",
              "call-progress-events",
              "SequenceNumber",
              "0");
      callback("call-completed", mesh.voice(plan.statusPath()), false, form);
    }
  }

  private void callback(String kind, URI url, boolean get, SortedMap<String, String> form) {
    webhooks
        .callback(url, get, form)
        .otherwise(0)
        .onSuccess(status -> listener.onCallback(kind, status));
  }

  @Override
  public Future<Next> enqueue(Verb.Enqueue enqueue) {
    log.enqueued(enqueue.queue());
    listener.onEnqueued(enqueue.queue());
    return ended(CallEnd.ENQUEUED);
  }

  @Override
  public Future<Next> dial(Verb.Dial dial) {
    dial.targets().forEach(this::transfer);
    return act(
        "dial-action",
        dial.action(),
        form("in-progress", "DialCallStatus", "completed", "DialCallDuration", "1"));
  }

  @Override
  public Future<Next> refer(Verb.Refer refer) {
    transfer(refer.target());
    return act(
        "refer-action",
        refer.action(),
        form(
            "in-progress",
            "ReferCallStatus",
            "in-progress",
            "ReferSipResponseCode",
            "202",
            "NotifySipResponseCode",
            "200"));
  }

  private void transfer(Transfer transfer) {
    log.transfer(transfer);
    listener.onTransfer(transfer);
  }

  @Override
  public Future<Next> redirect(Verb.Redirect redirect) {
    return ++redirects > MOST_REDIRECTS
        ? Future.failedFuture(CallException.loop(MOST_REDIRECTS))
        : act("redirect", redirect.to(), form("in-progress"));
  }

  @Override
  public Future<Next> end(Verb.End end) {
    return ended(end.end());
  }

  private static Future<Next> ended(CallEnd end) {
    return Future.succeededFuture(new Next(end, null));
  }
}
