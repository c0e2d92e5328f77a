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

  private final RoutingContext context;
  private final TwilioForm form;

  private TwilioWebhook(RoutingContext context, TwilioForm form) {
    this.context = context;
    this.form = form;
  }

  /** Reads and checks a request; fails with a {@link Problem}: 413, or 403 for a forgery. */
  static Future<TwilioWebhook> receive(
      RoutingContext context, Webhook kind, TwilioRequests requests, RoutingMetrics metrics) {
    metrics.received(kind);
    return body(context.request())
        .map(
            text -> {
              boolean post = context.request().method().equals(HttpMethod.POST);
              TwilioForm form = TwilioForm.decode(post ? text : query(context));
              TwilioWebhook webhook = new TwilioWebhook(context, form);
              if (!webhook.genuine(requests, post ? form.values() : Collections.emptySortedMap())) {
                metrics.refused(kind);
                if (REFUSALS.permits()) {
                  log.warn("{} refused: X-Twilio-Signature is missing or wrong", kind);
                }
                throw new Problem(403, "X-Twilio-Signature is missing or wrong");
              }
              return webhook;
            });
  }

  private boolean genuine(TwilioRequests requests, SortedMap<String, List<String>> signed) {
    HttpServerRequest request = context.request();
    return requests.genuineWebhook(
        form.get("AccountSid"), request.uri(), signed, request.getHeader(TwilioSignature.HEADER));
  }

  /** A parameter's value, empty when it is absent. */
  String get(String name) {
    return form.get(name);
  }

  String callSid() {
    return form.get("CallSid");
  }

  String accountSid() {
    return form.get("AccountSid");
  }

  /** A parameter that we put into the URL's query ourselves. */
  String ours(String name) {
    String value = context.request().getParam(name);
    return value == null ? "" : value;
  }

  RoutingContext context() {
    return context;
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
