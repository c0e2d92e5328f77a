package io.callmesh.simulator.twilio;

import io.callmesh.contracts.Ids;
import io.callmesh.simulator.twilio.Verb.Action;
import io.callmesh.simulator.twilio.Verb.Written;
import io.vertx.core.Future;
import java.net.URI;
import java.util.List;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A caller's time in one queue: the wait URL's documents, run one after the other without waiting
 * for what they play. Lives on the call's context.
 */
final class WaitingRoom {
  private static final int MOST_REDIRECTS = 10;
  private static final String CAPACITY = "1000";

  private final CallForm form;
  private final QueueAnswer answer;
  private final Documents documents;
  private final CallLog log;
  private final BooleanSupplier waiting;
  private final String queueSid = "QU" + Ids.hex(16);
  private int waits;

  /**
   * A queue that goes as the answer says.
   *
   * @param waiting false once the call was taken away or is over
   */
  WaitingRoom(
      CallForm form,
      QueueAnswer answer,
      Documents documents,
      CallLog log,
      BooleanSupplier waiting) {
    this.form = form;
    this.answer = answer;
    this.documents = documents;
    this.log = log;
    this.waiting = waiting;
  }

  /** What a run of the wait document leads to. */
  enum Exit {
    NONE,
    LEAVE,
    HANGUP
  }

  /** Waits as often as the answer says, or until a document ends it. */
  Future<Exit> wait(@Nullable URI url, boolean get) {
    if (url == null) {
      waits = answer.waits();
    }
    if (url == null || waits == answer.waits() || !waiting.getAsBoolean()) {
      return Future.succeededFuture(Exit.NONE);
    }
    return hear(url, get, 0)
        .compose(
            exit -> {
              waits++;
              return exit == Exit.NONE ? wait(url, get) : Future.succeededFuture(exit);
            });
  }

  private Future<Exit> hear(URI url, boolean get, int redirects) {
    return documents
        .fetch("enqueue-wait", url, get, fields())
        .compose(document -> run(url, document, redirects));
  }

  private Future<Exit> run(URI url, List<Written> document, int redirects) {
    for (Written written : document) {
      Verb verb = written.verb();
      documents.ran(written);
      if (verb instanceof Verb.Say say) {
        log.said(say.text());
      } else if (verb instanceof Verb.Play play) {
        log.played(play.url());
      } else if (verb instanceof Verb.Leave) {
        return Future.succeededFuture(Exit.LEAVE);
      } else if (verb instanceof Verb.End end && end.end() == CallEnd.HANGUP) {
        return Future.succeededFuture(Exit.HANGUP);
      } else if (verb instanceof Verb.Redirect redirect) {
        return redirect(url, redirect.to(), redirects);
      } else if (!(verb instanceof Verb.Pause)) {
        return Future.failedFuture(
            CallException.twiml("<" + verb.name() + "> is not allowed while waiting in a queue"));
      }
    }
    return Future.succeededFuture(Exit.NONE);
  }

  private Future<Exit> redirect(URI base, Action to, int redirects) {
    return redirects == MOST_REDIRECTS
        ? Future.failedFuture(CallException.loop(MOST_REDIRECTS))
        : hear(Documents.resolve(base, to.url()), to.get(), redirects + 1);
  }

  private SortedMap<String, String> fields() {
    String seconds = String.valueOf(seconds());
    return form.with(
        "in-progress",
        "QueuePosition",
        "1",
        "QueueSid",
        queueSid,
        "QueueTime",
        seconds,
        "AvgQueueTime",
        seconds,
        "CurrentQueueSize",
        "1",
        "MaxQueueSize",
        CAPACITY);
  }

  /** The fields that the action gets. */
  SortedMap<String, String> left(String callStatus, String result) {
    return form.with(
        callStatus,
        "QueueResult",
        result,
        "QueueSid",
        queueSid,
        "QueueTime",
        String.valueOf(seconds()));
  }

  private long seconds() {
    return answer.perWait().multipliedBy(waits).toSeconds();
  }

  /** How it went; a null result is a call that ended in the queue. */
  QueueReport report(Enqueued queue, @Nullable String result) {
    return new QueueReport(queue, result, seconds(), waits);
  }
}
