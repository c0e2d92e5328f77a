package io.callmesh.simulator.twilio;

import io.callmesh.contracts.security.Secret;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Twilio's REST API as far as it changes live calls (reference/twilio.md, section 5): {@code POST
 * /2010-04-01/Accounts/{AC}/Calls/{CA}.json} with {@code Status=completed}, {@code Url} or {@code
 * Twiml}. It knows the calls of every {@link TwilioSimulator} that is {@link
 * TwilioSimulator#controlledBy controlled by} it. Thread-safe.
 */
public final class TwilioRestApi {
  private static final Pattern CALL =
      Pattern.compile("/2010-04-01/Accounts/([^/]+)/Calls/([^/]+)\\.json");
  private static final int TWIML_CHARACTERS = 4_000;
  private static final int FORM_BYTES = 64 * 1024;
  private static final int REMEMBERED = 1_000;

  private final TwilioAccount account;
  private final Map<String, Secret> credentials;
  private final LiveCalls liveCalls = new LiveCalls();
  private final Queue<Trouble> troubles = new ConcurrentLinkedQueue<>();
  private final Queue<Request> requests = new ArrayDeque<>();
  private final HttpServer server;

  /**
   * A request that came.
   *
   * @param method {@code POST}, …
   * @param target path and query
   * @param user who it said it was: the account or an API key; empty when nobody
   * @param form what it asked for
   * @param status what it was answered; 0 when it never was
   */
  public record Request(
      String method, String target, String user, Map<String, String> form, int status) {}

  /** Something that goes wrong instead of a request's being served. */
  public record Trouble(int status, @Nullable Integer retryAfterSeconds) {
    /** 429, with the header that says when to come again. */
    public static Trouble tooManyRequests(int retryAfterSeconds) {
      return new Trouble(429, retryAfterSeconds);
    }

    /** 500. */
    public static Trouble serverError() {
      return new Trouble(500, null);
    }

    /** No answer at all. */
    public static Trouble hang() {
      return new Trouble(0, null);
    }
  }

  private TwilioRestApi(Vertx vertx, TwilioAccount account, Map<String, Secret> apiKeys) {
    this.account = account;
    this.credentials = new LinkedHashMap<>(apiKeys);
    credentials.put(account.accountSid(), account.authToken());
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setMaxFormAttributeSize(FORM_BYTES)
                    .setMaxFormBufferedBytes(FORM_BYTES))
            .requestHandler(this::receive);
  }

  /** Listens on the loopback interface for requests with the account's own Auth Token. */
  public static Future<TwilioRestApi> start(Vertx vertx, TwilioAccount account) {
    return start(vertx, account, Map.of());
  }

  /**
   * Listens on the loopback interface.
   *
   * @param apiKeys secrets by {@code SK…}, which are taken besides the account's Auth Token
   */
  public static Future<TwilioRestApi> start(
      Vertx vertx, TwilioAccount account, Map<String, Secret> apiKeys) {
    TwilioRestApi api = new TwilioRestApi(vertx, account, apiKeys);
    return api.server.listen(0, "127.0.0.1").map(listening -> api);
  }

  /** What stands in for {@code https://api.twilio.com}. */
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  /** Makes the next requests go wrong, one after the other. */
  public void failNext(Trouble... next) {
    troubles.addAll(List.of(next));
  }

  /** The last thousand requests that came, oldest first. */
  public List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** Stops listening. Calls go on. */
  public Future<Void> close() {
    return server.close();
  }

  LiveCalls liveCalls() {
    return liveCalls;
  }

  private void receive(HttpServerRequest request) {
    request.setExpectMultipart(true); // else a form is not read
    request.endHandler(end -> serve(request));
  }

  private void serve(HttpServerRequest request) {
    Trouble trouble = troubles.poll();
    if (trouble != null) {
      fail(request, trouble);
    } else if (!authenticated(request)) {
      refuse(request, 401, 20003, "Authenticate");
    } else {
      Matcher call = CALL.matcher(request.path());
      if (!call.matches() || !call.group(1).equals(account.accountSid())) {
        notFound(request);
      } else if (!request.method().equals(HttpMethod.POST)) {
        refuse(request, 405, 20004, "Method not allowed");
      } else {
        change(request, call.group(2));
      }
    }
  }

  private void fail(HttpServerRequest request, Trouble trouble) {
    if (trouble.status() == 0) {
      remember(request, 0);
      return;
    }
    if (trouble.retryAfterSeconds() != null) {
      request.response().putHeader(HttpHeaders.RETRY_AFTER, trouble.retryAfterSeconds().toString());
    }
    boolean tooMany = trouble.status() == 429;
    refuse(
        request,
        trouble.status(),
        tooMany ? 20429 : 20500,
        tooMany ? "Too Many Requests" : "Internal Server Error");
  }

  private boolean authenticated(HttpServerRequest request) {
    String[] given = credentials(request);
    Secret secret = credentials.get(given[0]);
    return secret != null && secret.reveal().equals(given[1]);
  }

  /** Name and password; both empty when there are none. */
  private static String[] credentials(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    String[] nobody = {"", ""};
    if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
      return nobody;
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(header.substring(6).strip());
      String[] parts = new String(decoded, StandardCharsets.UTF_8).split(":", 2);
      return parts.length == 2 ? parts : nobody;
    } catch (IllegalArgumentException e) {
      return nobody;
    }
  }

  private void change(HttpServerRequest request, String callSid) {
    MultiMap form = request.formAttributes();
    String problem = problem(form);
    SimulatedCall call = liveCalls.find(callSid);
    if (problem != null) {
      refuse(request, 400, 20001, problem);
    } else if (call == null) {
      gone(request, form, callSid);
    } else {
      boolean completes = form.contains("Status");
      Future<Boolean> changed = completes ? call.complete() : call.update(update(form));
      changed.onSuccess(
          live -> {
            if (live) {
              answer(request, 200, json(call.plan(), completes ? "completed" : "in-progress"));
            } else {
              gone(request, form, callSid);
            }
          });
    }
  }

  private static CallUpdate update(MultiMap form) {
    boolean get = "GET".equalsIgnoreCase(form.get("Method"));
    return new CallUpdate(form.get("Url"), get, form.get("Twiml"));
  }

  /** What is wrong with what is asked for; null when nothing is. */
  private static @Nullable String problem(MultiMap form) {
    int ways = (int) List.of("Status", "Url", "Twiml").stream().filter(form::contains).count();
    if (ways != 1) {
      return "Give one of Status, Url and Twiml, were " + ways;
    }
    if (form.contains("Status") && !"completed".equals(form.get("Status"))) {
      return "Status must be completed";
    }
    return form.contains("Twiml") && form.get("Twiml").length() > TWIML_CHARACTERS
        ? "Twiml must have at most " + TWIML_CHARACTERS + " characters"
        : null;
  }

  private void gone(HttpServerRequest request, MultiMap form, String callSid) {
    if (liveCalls.hasEnded(callSid) && !form.contains("Status")) {
      refuse(request, 400, 21220, "Call is not in-progress. Cannot redirect.");
    } else {
      notFound(request);
    }
  }

  private void notFound(HttpServerRequest request) {
    refuse(request, 404, 20404, "The requested resource " + request.path() + " was not found");
  }

  private void refuse(HttpServerRequest request, int status, int code, String message) {
    answer(
        request,
        status,
        new JsonObject()
            .put("code", code)
            .put("message", message)
            .put("more_info", "https://www.twilio.com/docs/errors/" + code)
            .put("status", status));
  }

  private void answer(HttpServerRequest request, int status, JsonObject body) {
    remember(request, status);
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json;charset=utf-8")
        .end(body.encode())
        .onFailure(left -> {}); // whoever asked is gone
  }

  private void remember(HttpServerRequest request, int status) {
    Map<String, String> form = new LinkedHashMap<>();
    request.formAttributes().forEach(field -> form.put(field.getKey(), field.getValue()));
    Request came =
        new Request(
            request.method().name().toUpperCase(Locale.ROOT),
            request.uri(),
            credentials(request)[0],
            Map.copyOf(form),
            status);
    synchronized (requests) {
      if (requests.size() == REMEMBERED) {
        requests.remove();
      }
      requests.add(came);
    }
  }

  private JsonObject json(CallPlan plan, String status) {
    String uri = "/2010-04-01/Accounts/" + account.accountSid() + "/Calls/" + plan.callSid();
    return new JsonObject()
        .put("sid", plan.callSid())
        .put("account_sid", account.accountSid())
        .put("api_version", "2010-04-01")
        .put("from", plan.from())
        .put("from_formatted", plan.from())
        .put("to", plan.to())
        .put("to_formatted", plan.to())
        .put("status", status)
        .put("direction", "inbound")
        .put("duration", (String) null)
        .put("price", (String) null)
        .put("price_unit", "USD")
        .put("parent_call_sid", (String) null)
        .put("uri", uri + ".json")
        .put("subresource_uris", new JsonObject().put("streams", uri + "/Streams.json"));
  }
}
