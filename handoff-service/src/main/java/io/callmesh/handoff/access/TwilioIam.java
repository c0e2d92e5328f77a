package io.callmesh.handoff.access;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.callmesh.handoff.access.AccessMetrics.Validation;
import io.callmesh.runtime.LogThrottle;
import io.callmesh.runtime.security.TwilioAccounts;
import io.callmesh.runtime.security.TwilioRestAccess;
import io.callmesh.runtime.web.BoundedBody;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link TokenValidation} by Twilio's IAM (reference/twilio.md 9.1). Its answer's {@code valid}
 * decides; an answer without it is Twilio's trouble, or ours with the credentials, and never lets
 * anybody in. Safe on any thread.
 */
final class TwilioIam implements TokenValidation {
  private static final Logger log = LoggerFactory.getLogger(TwilioIam.class);

  /** Name lookup, TCP, TLS, question and answer together. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  /** An answer is about 1 KiB. */
  private static final int MAX_BODY_BYTES = 16 * 1024;

  private static final int MAX_CONNECTIONS = 16;
  private static final int IDLE_SECONDS = 60;
  private static final Pattern WORKER_SID = Pattern.compile("WK\\w{1,62}");

  private final LogThrottle throttle = new LogThrottle(Duration.ofSeconds(10));
  private final TwilioAccounts accounts;
  private final String baseUrl;
  private final AccessMetrics metrics;
  private final WebClient client;

  /** Asks at this base URL, without a slash at the end, with these accounts' credentials. */
  TwilioIam(Vertx vertx, TwilioAccounts accounts, String baseUrl, AccessMetrics metrics) {
    this.accounts = accounts;
    this.baseUrl = baseUrl;
    this.metrics = metrics;
    this.client =
        WebClient.create(
            vertx,
            new WebClientOptions()
                .setUserAgent("callmesh")
                .setFollowRedirects(false)
                .setConnectTimeout((int) TIMEOUT.toMillis())
                .setIdleTimeout(IDLE_SECONDS),
            new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS));
  }

  @Override
  public Future<Optional<FlexToken>> validate(String accountSid, String token) {
    Optional<TwilioRestAccess> access = accounts.restAccessTo(accountSid);
    if (access.isEmpty()) {
      return Future.failedFuture(new TwilioAway("account " + accountSid + " has no credentials"));
    }
    long started = System.nanoTime();
    return ask(accountSid, access.get(), token)
        .map(TwilioIam::read)
        .onSuccess(found -> metrics.validated(result(found), took(started)))
        .onFailure(cause -> metrics.validated(Validation.UNANSWERED, took(started)))
        .recover(this::away);
  }

  private static Validation result(Optional<FlexToken> found) {
    return found.isPresent() ? Validation.VALID : Validation.INVALID;
  }

  private static Duration took(long started) {
    return Duration.ofNanos(System.nanoTime() - started);
  }

  private Future<HttpResponse<Buffer>> ask(
      String accountSid, TwilioRestAccess access, String token) {
    return client
        .postAbs(baseUrl + "/v1/Accounts/" + accountSid + "/Tokens/validate")
        .basicAuthentication(access.user(), access.password().reveal())
        .putHeader("Cache-Control", "no-cache")
        .timeout(TIMEOUT.toMillis()) // closes a connection that is silent
        .as(BoundedBody.ofAtMost(MAX_BODY_BYTES))
        .sendJsonObject(new JsonObject().put("token", token))
        .timeout(TIMEOUT.toMillis(), MILLISECONDS); // and this is for all of it
  }

  private static Optional<FlexToken> read(HttpResponse<Buffer> answer) {
    JsonObject body = object(answer);
    if (answer.statusCode() == 400 || Boolean.FALSE.equals(body.getValue("valid"))) {
      return Optional.empty(); // 400 is for what does not even look like a token
    }
    if (answer.statusCode() != 200 || !Boolean.TRUE.equals(body.getValue("valid"))) {
      throw new TwilioAway("HTTP " + answer.statusCode());
    }
    try {
      return Optional.of(token(body));
    } catch (ClassCastException | DateTimeException | NullPointerException malformed) {
      throw new TwilioAway("an answer that is not as documented");
    }
  }

  /** The body; one without members when there is no JSON object in it. */
  private static JsonObject object(HttpResponse<Buffer> answer) {
    try {
      return new JsonObject(answer.body());
    } catch (DecodeException | NullPointerException none) {
      return new JsonObject();
    }
  }

  private static FlexToken token(JsonObject body) {
    String workerSid = body.getString("worker_sid", "");
    return new FlexToken(
        workerSid != null && WORKER_SID.matcher(workerSid).matches() ? workerSid : "",
        body.getJsonArray("roles").stream().map(String.class::cast).collect(Collectors.toSet()),
        OffsetDateTime.parse(body.getString("expiration")).toInstant());
  }

  private Future<Optional<FlexToken>> away(Throwable cause) {
    if (throttle.permits()) {
      log.error(
          "Twilio does not say whether Flex tokens are good ({}); 401, 403 or 404: the account's"
              + " credentials in CALLMESH_TWILIO_ACCOUNTS are wrong",
          cause instanceof TwilioAway ? cause.getMessage() : cause.toString());
    }
    return Future.failedFuture(
        cause instanceof TwilioAway ? cause : new TwilioAway(cause.toString()));
  }
}
