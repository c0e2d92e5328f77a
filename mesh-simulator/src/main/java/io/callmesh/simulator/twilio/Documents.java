package io.callmesh.simulator.twilio;

import io.callmesh.simulator.twilio.Verb.Written;
import io.callmesh.simulator.twilio.Webhooks.Webhook;
import io.vertx.core.Future;
import java.net.URI;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The TwiML of a call: fetched, read, and told to those who listen. One call's own. */
final class Documents {
  private static final int MOST = 1_000;

  private final Webhooks webhooks;
  private final boolean twice;
  private final CallLog log;
  private final CallListener listener;
  private int fetched;

  Documents(Webhooks webhooks, boolean twice, CallLog log, CallListener listener) {
    this.webhooks = webhooks;
    this.twice = twice;
    this.log = log;
    this.listener = listener;
  }

  /** Requests a webhook; fails with a {@link CallException}. */
  Future<List<Written>> fetch(String kind, URI url, boolean get, SortedMap<String, String> form) {
    if (++fetched > MOST) {
      return Future.failedFuture(CallException.loop(MOST));
    }
    Webhook webhook = new Webhook(kind, url, get, form, twice);
    listener.onWebhook(kind, webhook.shownUrl());
    return webhooks
        .twiml(webhook)
        .map(
            answered -> {
              log.webhook(answered);
              return read(kind, answered.document());
            });
  }

  /** Reads a document; throws {@link CallException} when it cannot be run. */
  List<Written> read(String kind, String document) {
    listener.onTwiml(kind, document);
    return TwimlParser.parse(document);
  }

  /** Tells a callback, whose answer changes nothing; succeeds with its status, 0 for none. */
  Future<Integer> tell(String kind, URI url, boolean get, SortedMap<String, String> form) {
    return webhooks
        .callback(new Webhook(kind, url, get, form, twice))
        .otherwise(0)
        .onSuccess(status -> listener.onCallback(kind, status));
  }

  /** Says that a verb is run now. */
  void ran(Written written) {
    log.verb(new VerbReport(written.verb().name(), written.attributes()));
    listener.onVerb(written.verb().name());
  }

  /**
   * A URL as a document writes it, in full; throws {@link CallException} when it is none.
   *
   * @param base the document's own; null when it came without one
   */
  static URI resolve(@Nullable URI base, String url) {
    URI resolved = find(base, url);
    if (resolved == null) {
      throw CallException.twiml(url + " is not a URL (11100)");
    }
    return resolved;
  }

  /** The same; null when it is none. */
  static @Nullable URI find(@Nullable URI base, String url) {
    try {
      URI resolved = base == null ? URI.create(url) : base.resolve(url);
      return resolved.getHost() == null ? null : resolved;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
