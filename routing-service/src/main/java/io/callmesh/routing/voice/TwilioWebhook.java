package io.callmesh.routing.voice;

import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.routing.RoutingMetrics;
import io.callmesh.routing.RoutingMetrics.Webhook;
import io.callmesh.runtime.LogThrottle;
import io.callmesh.runtime.security.TwilioRequests;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A webhook that Twilio really sent: its parameters, of which nothing is missing and nothing was
 * changed. GET and POST alike; unknown parameters are kept, since new ones appear without notice.
 */
final class TwilioWebhook {
  private static final LogThrottle REFUSALS = new LogThrottle(Duration.ofSeconds(5));
  private static final Logger log = LoggerFactory.getLogger(TwilioWebhook.class);
  private static final int MAX_BODY_BYTES = 64 * 1024;

  /** The same on every repetition of one webhook (reference/twilio.md 1.3). */
  private static final String IDEMPOTENCY_TOKEN = "I-Twilio-Idempotency-Token";

  private final TwilioForm form;
  private final TwilioForm query;
  private final String idempotencyToken;

  private TwilioWebhook(TwilioForm form, TwilioForm query, String idempotencyToken) {
    this.form = form;
    this.query = query;
    this.idempotencyToken = idempotencyToken;
  }

  /** A webhook that nobody sent, for previews. */
  static TwilioWebhook imagined(Map<String, String> fields, String query) {
    return new TwilioWebhook(TwilioForm.of(fields), TwilioForm.decode(query), "");
  }

  /** Reads and checks a request; fails with a {@link Problem}: 413, or 403 for a forgery. */
  static Future<TwilioWebhook> receive(
      RoutingContext context, Webhook kind, TwilioRequests requests, RoutingMetrics metrics) {
    metrics.received(kind);
    return body(context.request())
        .map(
            text -> {
              boolean post = context.request().method().equals(HttpMethod.POST);
              TwilioForm query = TwilioForm.decode(query(context));
              TwilioForm form = post ? TwilioForm.decode(text) : query;
              String token = context.request().getHeader(IDEMPOTENCY_TOKEN);
              TwilioWebhook webhook = new TwilioWebhook(form, query, token == null ? "" : token);
              SortedMap<String, List<String>> signed =
                  post ? form.values() : Collections.emptySortedMap();
              if (!webhook.genuine(requests, context.request(), signed)) {
                metrics.refused(kind);
                if (REFUSALS.permits()) {
                  log.warn("{} refused: X-Twilio-Signature is missing or wrong", kind);
                }
                throw new Problem(403, "X-Twilio-Signature is missing or wrong");
              }
              return webhook;
            });
  }

  private boolean genuine(
      TwilioRequests requests, HttpServerRequest request, SortedMap<String, List<String>> signed) {
    return requests.genuineWebhook(
        form.get("AccountSid"), request.uri(), signed, request.getHeader(TwilioSignature.HEADER));
  }

  /** A parameter's value, empty when it is absent. */
  String get(String name) {
    return form.get(name);
  }

  /** The same, however the sender of a SIP header has spelled its name. */
  String getIgnoringCase(String name) {
    return form.getIgnoringCase(name);
  }

  String callSid() {
    return form.get("CallSid");
  }

  String accountSid() {
    return form.get("AccountSid");
  }

  /** The parameters and their values, the first of each. */
  Map<String, String> fields() {
    return form.first();
  }

  /** A parameter that we put into the URL's query ourselves. */
  String ours(String name) {
    return query.get(name);
  }

  /**
   * One entry of a call, the same when Twilio repeats a webhook.
   *
   * @param name tells it from another, such as that of a Studio flow that brings the caller to the
   *     agent twice
   * @param unique whether no other entry of the call can have this name
   */
  record Visit(String name, boolean unique) {}

  /** The entry that this webhook is. A call that rings enters for the first time. */
  Visit visit() {
    String status = get("CallStatus");
    return idempotencyToken.isEmpty()
        ? new Visit(status, status.equals("ringing"))
        : new Visit(idempotencyToken, true);
  }

  /** The same call at another of our URLs. */
  TwilioWebhook at(String otherQuery) {
    return new TwilioWebhook(form, TwilioForm.decode(otherQuery), idempotencyToken);
  }

  /** Whether the call is over, so that no answer matters any more. */
  boolean isOver() {
    return switch (get("CallStatus")) {
      case "completed", "busy", "failed", "no-answer", "canceled" -> true;
      default -> false;
    };
  }

  private static String query(RoutingContext context) {
    String query = context.request().query();
    return query == null ? "" : query;
  }

  private static Future<String> body(HttpServerRequest request) {
    Promise<String> whole = Promise.promise();
    Buffer body = Buffer.buffer();
    request.exceptionHandler(whole::tryFail);
    request.handler(
        part -> {
          if (body.length() + part.length() > MAX_BODY_BYTES) {
            whole.tryFail(new Problem(413, "a webhook has at most " + MAX_BODY_BYTES + " bytes"));
          } else {
            body.appendBuffer(part);
          }
        });
    request.endHandler(end -> whole.tryComplete(body.toString()));
    return whole.future();
  }
}
