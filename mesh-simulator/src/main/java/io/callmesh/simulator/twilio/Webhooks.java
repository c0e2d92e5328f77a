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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Requests webhooks as Twilio does: form-encoded, signed, 15 s for everything, 64 KiB at most. */
final class Webhooks {
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

  private record Answer(int status, String contentType, Buffer body) {}

  /** The TwiML that a webhook answers; fails with a {@link CallException}. */
  Future<String> twiml(URI url, boolean get, SortedMap<String, String> form) {
    return request(url, get, form).compose(answer -> document(url, answer));
  }

  /** The status that a callback answers; its body means nothing. */
  Future<Integer> callback(URI url, boolean get, SortedMap<String, String> form) {
    return request(url, get, form).map(Answer::status);
  }

  private static Future<String> document(URI url, Answer answer) {
    String body = answer.body().toString(StandardCharsets.UTF_8);
    String firstLine = body.lines().findFirst().orElse("");
    String shown = firstLine.substring(0, Math.min(SHOWN_CHARACTERS, firstLine.length()));
    if (answer.status() != 200) {
      return Future.failedFuture(CallException.status(url.toString(), answer.status(), shown));
    }
    return answer.contentType().contains("xml")
        ? Future.succeededFuture(body)
        : Future.failedFuture(
            CallException.twiml(
                url + " answered " + answer.contentType() + " instead of XML (12300): " + shown));
  }

  private Future<Answer> request(URI url, boolean get, SortedMap<String, String> form) {
    String encoded = encode(form);
    URI requested = get ? withQuery(url, encoded) : url;
    Route route = mesh.webhook(requested);
    return http.request(options(route, get, get ? Collections.emptySortedMap() : form))
        .compose(request -> exchange(request, get ? "" : encoded))
        .timeout(TOTAL_SECONDS, TimeUnit.SECONDS)
        .recover(
            cause ->
                Future.failedFuture(
                    cause instanceof CallException
                        ? cause
                        : CallException.unreachable(url.toString(), cause)));
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

  private static URI withQuery(URI url, String query) {
    return URI.create(url + (url.getRawQuery() == null ? "?" : "&") + query);
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
