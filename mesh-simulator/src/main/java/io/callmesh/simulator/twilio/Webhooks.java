package io.callmesh.simulator.twilio;

import io.callmesh.contracts.twilio.TwilioSignature;
import io.callmesh.simulator.twilio.MeshAddress.Route;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Requests webhooks as Twilio does: form-encoded, signed, with an idempotency token, 15 s for
 * everything, 64 KiB at most, and again after the failures that the URL's fragment names.
 */
final class Webhooks {
  static final String IDEMPOTENCY_TOKEN = "I-Twilio-Idempotency-Token";

  private static final long TOTAL_SECONDS = 15;
  private static final int BODY_BYTES = 64 * 1024;
  private static final int SHOWN_CHARACTERS = 200;

  private final HttpClient http;
  private final MeshAddress mesh;
  private final TwilioAccount account;

  Webhooks(HttpClient http, MeshAddress mesh, TwilioAccount account) {
    this.http = http;
    this.mesh = mesh;
    this.account = account;
  }

  /** Something to be requested, and how. */
  record Webhook(String kind, URI url, boolean get, SortedMap<String, String> form, boolean twice) {
    String shownUrl() {
      String text = url.toString();
      return url.getRawFragment() == null ? text : text.substring(0, text.indexOf('#'));
    }
  }

  private record Answer(int status, String contentType, Buffer body) {
    boolean sameAs(Answer other) {
      return status == other.status
          && contentType.equals(other.contentType)
          && body.equals(other.body);
    }
  }

  /** An answer, after how many attempts, and whether a second one was like it. */
  private record Exchange(Answer answer, String token, int attempts, @Nullable Boolean sameTwice) {}

  /** What a webhook answers, when it is TwiML; fails with a {@link CallException}. */
  Future<WebhookReport> twiml(Webhook webhook) {
    return exchange(webhook)
        .compose(
            exchange ->
                document(webhook.shownUrl(), exchange.answer())
                    .map(document -> report(webhook, exchange, document)));
  }

  /** The status that a callback answers; its body means nothing. */
  Future<Integer> callback(Webhook webhook) {
    return exchange(webhook).map(exchange -> exchange.answer().status());
  }

  private static WebhookReport report(Webhook webhook, Exchange exchange, String document) {
    return new WebhookReport(
        webhook.kind(),
        webhook.get() ? "GET" : "POST",
        webhook.shownUrl(),
        Collections.unmodifiableMap(webhook.form()),
        exchange.token(),
        exchange.attempts(),
        document,
        exchange.sameTwice());
  }

  private static Future<String> document(String url, Answer answer) {
    String body = answer.body().toString(StandardCharsets.UTF_8);
    String firstLine = body.lines().findFirst().orElse("");
    String shown = firstLine.substring(0, Math.min(SHOWN_CHARACTERS, firstLine.length()));
    if (answer.status() != 200) {
      return Future.failedFuture(CallException.status(url, answer.status(), shown));
    }
    return answer.contentType().contains("xml")
        ? Future.succeededFuture(body)
        : Future.failedFuture(
            CallException.twiml(
                url + " answered " + answer.contentType() + " instead of XML (12300): " + shown));
  }

  private Future<Exchange> exchange(Webhook webhook) {
    String token = UUID.randomUUID().toString();
    return insistently(webhook, token)
        .compose(
            first ->
                webhook.twice()
                    ? insistently(webhook, token)
                        .map(
                            second ->
                                new Exchange(
                                    second.answer(),
                                    token,
                                    second.attempts(),
                                    first.answer().sameAs(second.answer())))
                    : Future.succeededFuture(first));
  }

  private Future<Exchange> insistently(Webhook webhook, String token) {
    return Future.succeededFuture(webhook.url())
        .map(ConnectionOverrides::of)
        .compose(overrides -> attempt(webhook, token, overrides, 1))
        .timeout(TOTAL_SECONDS, TimeUnit.SECONDS)
        .recover(cause -> Future.failedFuture(inWords(webhook, cause)));
  }

  private static Throwable inWords(Webhook webhook, Throwable cause) {
    Throwable reason = cause instanceof NoConnection ? cause.getCause() : cause;
    return reason instanceof CallException
        ? reason
        : CallException.unreachable(webhook.shownUrl(), reason == null ? cause : reason);
  }

  private Future<Exchange> attempt(
      Webhook webhook, String token, ConnectionOverrides overrides, int attempt) {
    boolean last = attempt > overrides.retries();
    return request(webhook, token)
        .compose(
            answer ->
                !last && overrides.repeats(answer.status())
                    ? attempt(webhook, token, overrides, attempt + 1)
                    : Future.succeededFuture(new Exchange(answer, token, attempt, null)),
            failure ->
                !last && overrides.repeats(failure instanceof NoConnection)
                    ? attempt(webhook, token, overrides, attempt + 1)
                    : Future.failedFuture(failure));
  }

  /** A failure before anything was sent. */
  private static final class NoConnection extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoConnection(Throwable cause) {
      super(cause);
    }
  }

  private Future<Answer> request(Webhook webhook, String token) {
    boolean get = webhook.get();
    String encoded = encode(webhook.form());
    URI requested = get ? withQuery(webhook.shownUrl(), encoded) : webhook.url();
    Route route = mesh.webhook(requested);
    return http.request(
            options(route, get, get ? Collections.emptySortedMap() : webhook.form())
                .putHeader(IDEMPOTENCY_TOKEN, token))
        .recover(cause -> Future.failedFuture(new NoConnection(cause)))
        .compose(request -> exchange(request, get ? "" : encoded));
  }

  private RequestOptions options(Route route, boolean get, SortedMap<String, String> form) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(get ? HttpMethod.GET : HttpMethod.POST)
            .setHost(route.host())
            .setPort(route.port())
            .setSsl(route.tls())
            .setURI(route.target())
            .putHeader(TwilioSignature.HEADER, sign(route.signed(), form))
            .putHeader(HttpHeaders.USER_AGENT, "TwilioProxy/1.1");
    return get
        ? options
        : options.putHeader(
            HttpHeaders.CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8");
  }

  /** The signature over a URL and a form with one value for each name. */
  String sign(String url, SortedMap<String, String> form) {
    SortedMap<String, Collection<String>> values = new TreeMap<>();
    form.forEach((name, value) -> values.put(name, List.of(value)));
    return TwilioSignature.of(account.authToken().reveal(), url, values);
  }

  private static Future<Answer> exchange(HttpClientRequest request, String body) {
    return request.send(body).compose(response -> read(request, response));
  }

  private static Future<Answer> read(HttpClientRequest request, HttpClientResponse response) {
    Promise<Answer> answer = Promise.promise();
    Buffer body = Buffer.buffer();
    String type = response.headers().get(HttpHeaders.CONTENT_TYPE);
    response.exceptionHandler(answer::tryFail);
    response.endHandler(
        end ->
            answer.tryComplete(new Answer(response.statusCode(), type == null ? "" : type, body)));
    response.handler(
        part -> {
          if (body.length() + part.length() > BODY_BYTES) {
            answer.tryFail(CallException.twiml("the answer is larger than 64 KB (11750)"));
            request.reset();
          } else {
            body.appendBuffer(part);
          }
        });
    return answer.future();
  }

  private static URI withQuery(String url, String query) {
    return URI.create(url + (url.indexOf('?') < 0 ? "?" : "&") + query);
  }

  private static String encode(Map<String, String> form) {
    return form.entrySet().stream()
        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
