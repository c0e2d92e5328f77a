package io.callmesh.simulator.twilio;

import io.callmesh.contracts.Ids;
import io.callmesh.simulator.twilio.Verb.Action;
import io.callmesh.simulator.twilio.Verb.Written;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a call's TwiML: verb after verb, document after document, until one ends the call. An update
 * through the REST API takes the place of the verb that is being run, whose end then means nothing.
 * Lives on the call's context. A failed future is a {@link CallException}.
 */
final class TwimlRunner implements Verb.Visitor<Future<TwimlRunner.Next>> {
  private static final int MOST_REDIRECTS = 10;
  private static final Duration SPOKEN_CHARACTER = Duration.ofMillis(60);
  private static final Duration LONGEST_SPEECH = Duration.ofSeconds(10);
  private static final Duration PLAYED_FILE = Duration.ofSeconds(1);
  private static final Future<Next> NEXT_VERB = Future.succeededFuture(new Next(null, null));

  private final Vertx vertx;
  private final SimulatedCall call;
  private final CallPlan plan;
  private final TwilioAccount account;
  private final MeshAddress mesh;
  private final StreamDialer dialer;
  private final StudioHost studio;
  private final CallForm form;
  private final Documents documents;
  private final CallLog log;
  private final CallListener listener;
  private final Iterator<DialAnswer> dials;
  private final Iterator<ReferAnswer> refers;
  private final Iterator<DialAnswer> transfers;
  private final Iterator<QueueAnswer> queues;

  private @Nullable URI documentUrl;
  private int redirects;
  private @Nullable MediaStream stream;
  private boolean stopped;
  private Promise<Next> step = Promise.promise();
  private int epoch;

  TwimlRunner(
      Vertx vertx,
      SimulatedCall call,
      TwilioAccount account,
      MeshAddress mesh,
      Webhooks webhooks,
      StreamDialer dialer,
      StudioHost studio) {
    this.vertx = vertx;
    this.call = call;
    this.plan = call.plan();
    this.account = account;
    this.mesh = mesh;
    this.dialer = dialer;
    this.studio = studio;
    this.log = call.log();
    this.listener = call.listener();
    this.form = new CallForm(account, plan);
    this.documents = new Documents(webhooks, plan.habits().twice(), log, listener);
    this.dials = plan.farEnd().dials().iterator();
    this.refers = plan.farEnd().refers().iterator();
    this.transfers = plan.farEnd().transfers().iterator();
    this.queues = plan.farEnd().queues().iterator();
  }

  /** How the call goes on after a verb: it ends, with another document, or with the next verb. */
  record Next(@Nullable CallEnd end, @Nullable List<Written> document) {}

  /** Requests the voice webhook and runs what follows; succeeds with how the call ended. */
  Future<CallEnd> run() {
    return step(() ->
            fetch(
                "voice",
                mesh.voice(plan.voicePath()),
                plan.habits().voiceByGet(),
                form.with("ringing")))
        .compose(this::follow);
  }

  /** Stops the open stream, as when the caller hangs up, and runs no more verbs. */
  void stop() {
    stopped = true;
    if (stream != null) {
      stream.hangUp();
    }
  }

  /** Runs another document instead of what is being run. */
  void update(CallUpdate update) {
    Promise<Next> abandoned = step;
    int own = ++epoch;
    listener.onUpdated();
    if (stream != null) {
      stream.tearDown();
    }
    settle(own, abandoned, Future.succeededFuture(update).compose(this::document));
  }

  private Future<Next> document(CallUpdate update) {
    String twiml = update.twiml();
    if (twiml == null) {
      URI url = Documents.resolve(documentUrl, String.valueOf(update.url()));
      return fetch("update", url, update.get(), form.with("in-progress"));
    }
    documentUrl = null;
    return Future.succeededFuture(new Next(null, documents.read("update", twiml)));
  }

  private Future<Next> step(Supplier<Future<Next>> verb) {
    Promise<Next> begun = Promise.promise();
    step = begun;
    int own = ++epoch;
    settle(own, begun, Future.succeededFuture().compose(now -> verb.get()));
    return begun.future();
  }

  /** Passes a step's end on, unless the call was taken elsewhere meanwhile. */
  private void settle(int own, Promise<Next> waiting, Future<Next> end) {
    end.onSuccess(
            next -> {
              if (epoch == own) {
                waiting.tryComplete(next);
              }
            })
        .onFailure(
            failure -> {
              if (epoch == own) {
                waiting.tryFail(failure);
              }
            });
  }

  private Future<CallEnd> follow(Next next) {
    if (next.end() != null) {
      return Future.succeededFuture(next.end());
    }
    return next.document() == null
        ? Future.succeededFuture(CallEnd.OUT_OF_VERBS)
        : verbs(next.document().iterator());
  }

  private Future<CallEnd> verbs(Iterator<Written> verbs) {
    if (stopped || !verbs.hasNext()) {
      return Future.succeededFuture(stopped ? CallEnd.CALLER_HUNG_UP : CallEnd.OUT_OF_VERBS);
    }
    Written written = verbs.next();
    documents.ran(written);
    return step(() -> written.verb().accept(this))
        .compose(
            next -> next.end() == null && next.document() == null ? verbs(verbs) : follow(next));
  }

  private Future<Next> fetch(String kind, URI url, boolean get, SortedMap<String, String> fields) {
    if (studio.isAt(url)) {
      StudioReturn back = studio.take(url);
      log.studio(back);
      listener.onReturnedToStudio(back);
      return ended(CallEnd.RETURNED_TO_STUDIO);
    }
    int own = epoch;
    return documents
        .fetch(kind, url, get, fields)
        .map(
            document -> {
              documentUrl = epoch == own ? url : documentUrl;
              return new Next(null, document);
            });
  }

  private Future<Next> act(String kind, @Nullable Action action, SortedMap<String, String> fields) {
    if (stopped) {
      return ended(CallEnd.CALLER_HUNG_UP);
    }
    return action == null
        ? NEXT_VERB
        : fetch(kind, Documents.resolve(documentUrl, action.url()), action.get(), fields);
  }

  @Override
  public Future<Next> say(Verb.Say say) {
    log.said(say.text());
    Duration speech = SPOKEN_CHARACTER.multipliedBy(say.text().length());
    Duration once = speech.compareTo(LONGEST_SPEECH) > 0 ? LONGEST_SPEECH : speech;
    return silence(once.multipliedBy(say.loop()));
  }

  @Override
  public Future<Next> play(Verb.Play play) {
    log.played(play.url());
    return silence(PLAYED_FILE.multipliedBy(play.loop()));
  }

  @Override
  public Future<Next> pause(Verb.Pause pause) {
    return silence(Duration.ofSeconds(pause.seconds()));
  }

  private Future<Next> silence(Duration duration) {
    call.recording().appendSilence(duration);
    return vertx.timer(Math.max(1, duration.toMillis())).compose(fired -> NEXT_VERB);
  }

  @Override
  public Future<Next> stream(Verb.Stream verb) {
    String streamSid = "MZ" + Ids.hex(16);
    int own = epoch;
    return dialer
        .dial(verb)
        .compose(
            socket -> open(verb, streamSid, socket, own),
            failure -> refused(verb, streamSid, failure));
  }

  private Future<Next> refused(Verb.Stream verb, String streamSid, Throwable failure) {
    String error = String.valueOf(failure.getMessage());
    log.refused(streamSid, error);
    listener.onStreamRefused(streamSid, error);
    streamEvent(verb, streamSid, "stream-error", "StreamError", error);
    return NEXT_VERB;
  }

  private Future<Next> open(Verb.Stream verb, String streamSid, WebSocket socket, int own) {
    if (stopped || epoch != own) {
      socket.close();
      return ended(CallEnd.CALLER_HUNG_UP);
    }
    StreamMessages messages = new StreamMessages(account.accountSid(), plan.callSid(), streamSid);
    MediaStream opened =
        new MediaStream(
            vertx, socket, streamSid, messages, call.caller(), call.recording(), listener);
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
        : act("connect-action", verb.action(), form.with("in-progress"));
  }

  private void streamEvent(Verb.Stream verb, String streamSid, String event, String... more) {
    Action callback = verb.statusCallback();
    if (callback != null) {
      List<String> fields = new ArrayList<>(List.of(more));
      fields.addAll(List.of("StreamEvent", event, "Timestamp", Instant.now().toString()));
      fields.addAll(
          List.of("StreamName", verb.streamName().isEmpty() ? streamSid : verb.streamName()));
      tell(event, callback, form.stream(streamSid, fields.toArray(String[]::new)));
    }
  }

  private void tell(String kind, Action callback, SortedMap<String, String> fields) {
    URI url = Documents.find(documentUrl, callback.url());
    if (url != null) {
      documents
          .tell(kind, url, callback.get(), fields)
          .onFailure(never -> {}); // it succeeds with 0 instead
    }
  }

  /** Tells the call status callback, when there is one, that the call is over. */
  void completed(long seconds) {
    if (plan.statusPath() != null) {
      SortedMap<String, String> fields =
          form.with(
              "completed",
              "CallDuration",
              String.valueOf(seconds),
              "CallbackSource",
              "call-progress-events",
              "SequenceNumber",
              "0");
      String url = mesh.voice(plan.statusPath()).toString();
      tell("call-completed", new Action(url, false), fields);
    }
  }

  @Override
  public Future<Next> enqueue(Verb.Enqueue enqueue) {
    log.enqueued(enqueue.queue());
    listener.onEnqueued(enqueue.queue());
    QueueAnswer answer = next(queues, QueueAnswer.of(QueueAnswer.Way.STAY));
    int own = epoch;
    WaitingRoom room =
        new WaitingRoom(form, answer, documents, log, () -> epoch == own && !stopped);
    Action waiting = enqueue.waiting();
    URI waitUrl = waiting == null ? null : Documents.resolve(documentUrl, waiting.url());
    return room.wait(waitUrl, waiting != null && waiting.get())
        .compose(
            exit ->
                epoch == own && !stopped
                    ? leave(enqueue, room, answer.way(), exit)
                    : ended(CallEnd.CALLER_HUNG_UP));
  }

  private Future<Next> leave(
      Verb.Enqueue enqueue, WaitingRoom room, QueueAnswer.Way way, WaitingRoom.Exit exit) {
    if (exit == WaitingRoom.Exit.HANGUP) {
      return left(enqueue, room, "hangup", CallEnd.HANGUP);
    }
    boolean leaves = exit == WaitingRoom.Exit.LEAVE;
    boolean stays = way == QueueAnswer.Way.STAY || way == QueueAnswer.Way.LEAVE;
    String result = leaves ? QueueAnswer.Way.LEAVE.result() : stays ? null : way.result();
    if (result == null) {
      told(room.report(enqueue.queue(), null));
      return ended(CallEnd.ENQUEUED);
    }
    if (!leaves && way == QueueAnswer.Way.HANGUP) {
      return left(enqueue, room, result, CallEnd.CALLER_HUNG_UP);
    }
    told(room.report(enqueue.queue(), result));
    return act("enqueue-action", enqueue.action(), room.left("in-progress", result));
  }

  /** Ends a call whose caller is gone: the action hears of it, and its answer means nothing. */
  private Future<Next> left(Verb.Enqueue enqueue, WaitingRoom room, String result, CallEnd end) {
    told(room.report(enqueue.queue(), result));
    Action action = enqueue.action();
    return action == null
        ? ended(end)
        : documents
            .tell(
                "enqueue-action",
                Documents.resolve(documentUrl, action.url()),
                action.get(),
                room.left("completed", result))
            .compose(status -> ended(end));
  }

  private void told(QueueReport queue) {
    log.queue(queue);
    listener.onQueueLeft(queue);
  }

  @Override
  public Future<Next> dial(Verb.Dial dial) {
    dial.targets().forEach(this::transfer);
    DialAnswer answer = next(dials.hasNext() ? dials : transfers, DialAnswer.COMPLETED);
    dial.targets().forEach(target -> listener.onTransferEnded(target, answer.status()));
    SortedMap<String, String> fields =
        form.with(
            "in-progress",
            "DialCallStatus",
            answer.status(),
            "DialCallSid",
            CallPlan.newCallSid(),
            "DialBridged",
            String.valueOf(answer == DialAnswer.COMPLETED));
    if (answer == DialAnswer.COMPLETED) {
      fields.put("DialCallDuration", "1");
    }
    if (dial.targets().get(0).noun().equals("Sip")) {
      fields.put("DialSipCallId", Ids.hex(8) + "@callmesh.example");
      fields.put("DialSipResponseCode", String.valueOf(answer.sipResponse()));
    }
    return act("dial-action", dial.action(), fields);
  }

  @Override
  public Future<Next> refer(Verb.Refer refer) {
    if (!SipUri.isSip(plan.from())) {
      return Future.failedFuture(
          CallException.twiml("<Refer> on a leg that is not SIP: nobody there takes a REFER"));
    }
    transfer(refer.target());
    ReferAnswer answer =
        refers.hasNext() ? refers.next() : ReferAnswer.like(next(transfers, DialAnswer.COMPLETED));
    listener.onTransferEnded(refer.target(), answer.callStatus());
    SortedMap<String, String> fields = form.with("in-progress");
    put(fields, "ReferCallStatus", answer.callStatus());
    put(fields, "ReferSipResponseCode", answer.response());
    put(fields, "NotifySipResponseCode", answer.notified());
    return act("refer-action", refer.action(), fields);
  }

  private static void put(SortedMap<String, String> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private static <T> T next(Iterator<T> script, T otherwise) {
    return script.hasNext() ? script.next() : otherwise;
  }

  private void transfer(Transfer transfer) {
    log.transfer(transfer);
    listener.onTransfer(transfer);
  }

  /** Outside a queue there is nothing to leave. */
  @Override
  public Future<Next> leave(Verb.Leave leave) {
    return NEXT_VERB;
  }

  @Override
  public Future<Next> redirect(Verb.Redirect redirect) {
    return ++redirects > MOST_REDIRECTS
        ? Future.failedFuture(CallException.loop(MOST_REDIRECTS))
        : act("redirect", redirect.to(), form.with("in-progress"));
  }

  @Override
  public Future<Next> end(Verb.End end) {
    return ended(end.end());
  }

  private static Future<Next> ended(CallEnd end) {
    return Future.succeededFuture(new Next(end, null));
  }
}
