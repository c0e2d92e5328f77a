package io.callmesh.routing.calls;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.routing.calls.CallsMetrics.Operation;
import io.callmesh.runtime.security.TwilioAccounts;
import io.callmesh.runtime.security.TwilioRestAccess;
import io.callmesh.runtime.web.BoundedBody;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link TwilioCalls} by Twilio's REST API (reference/twilio.md 5). What may pass is tried again:
 * 429, 5xx, and no answer. For one event loop.
 */
public final class HttpTwilioCalls implements TwilioCalls {
  private static final Logger log = LoggerFactory.getLogger(HttpTwilioCalls.class);

  /** Twilio's description of a call is about 2 KiB; of an error less. */
  private static final int MAX_BODY_BYTES = 16 * 1024;

  private static final int MAX_CONNECTIONS = 16;
  private static final int IDLE_SECONDS = 60;

  /** Requests that are under way or wait for their next attempt. */
  private static final int MAX_UPDATES = 200;

  /** The call is not in a state in which it can be changed. */
  private static final int NOT_MODIFIABLE = 21220;

  private final TwilioAccounts accounts;
  private final CallsConfig config;
  private final CallsMetrics metrics;
  private final RetryTime time;
  private final Retries retries;
  private final WebClient client;
  private int updates;

  /** One change of a call. */
  private record Update(Operation operation, String accountSid, String callSid, MultiMap form) {}

  /** Asks as these accounts; call on the event loop that it is for. */
  public HttpTwilioCalls(
      Vertx vertx, TwilioAccounts accounts, CallsConfig config, CallsMetrics metrics) {
    this(vertx, accounts, config, metrics, RetryTime.real(vertx));
  }

  HttpTwilioCalls(
      Vertx vertx,
      TwilioAccounts accounts,
      CallsConfig config,
      CallsMetrics metrics,
      RetryTime time) {
    this.accounts = accounts;
    this.config = config;
    this.metrics = metrics;
    this.time = time;
    this.retries = new Retries(config.patience(), time);
    this.client =
        WebClient.create(
            vertx,
            new WebClientOptions()
                .setUserAgent("callmesh")
                .setFollowRedirects(false)
                .setIdleTimeout(IDLE_SECONDS),
            new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS));
  }

  @Override
  public Future<Void> redirect(String accountSid, String callSid, String url) {
    MultiMap form = MultiMap.caseInsensitiveMultiMap().add("Url", url).add("Method", "POST");
    return carryOut(new Update(Operation.REDIRECT, accountSid, callSid, form));
  }

  @Override
  public Future<Void> hangUp(String accountSid, String callSid) {
    MultiMap form = MultiMap.caseInsensitiveMultiMap().add("Status", "completed");
    return carryOut(new Update(Operation.HANG_UP, accountSid, callSid, form));
  }

  private Future<Void> carryOut(Update update) {
    TwilioRestAccess access = accounts.restAccessTo(update.accountSid()).orElse(null);
    if (access == null) {
      return Future.failedFuture(
          new Problem(
              502,
              "account %s of this call is not in CALLMESH_TWILIO_ACCOUNTS"
                  .formatted(update.accountSid())));
    }
    if (updates == MAX_UPDATES) {
      return Future.failedFuture(new Problem(503, "too many calls are changed now; try again"));
    }
    updates++;
    return retries
        .<Void>run(timeout -> attempt(update, access, timeout))
        .recover(cause -> givenUp(update, cause))
        .onComplete(done -> updates--);
  }

  private static Future<Void> givenUp(Update update, Throwable cause) {
    if (cause instanceof TwilioUnavailableException later) {
      log.warn(
          "{} {} given up: {}",
          kv("callSid", update.callSid()),
          update.operation(),
          later.getMessage());
      return Future.failedFuture(later.problem());
    }
    return Future.failedFuture(cause);
  }

  private Future<Void> attempt(Update update, TwilioRestAccess access, Duration timeout) {
    long started = time.nanoTime();
    long timeoutMs = Math.max(1, timeout.toMillis());
    return client
        .requestAbs(HttpMethod.POST, url(update, access))
        .basicAuthentication(access.user(), access.password().reveal())
        .timeout(timeoutMs) // closes a connection that is silent
        .as(BoundedBody.ofAtMost(MAX_BODY_BYTES))
        .sendForm(update.form())
        .map(TwilioAnswer::of)
        .timeout(timeoutMs, MILLISECONDS) // and this is for all of it
        .recover(cause -> noAnswer(update, cause))
        .onSuccess(answer -> count(update, answer, started))
        .compose(answer -> judge(update, answer));
  }

  private String url(Update update, TwilioRestAccess access) {
    return "%s/2010-04-01/Accounts/%s/Calls/%s.json"
        .formatted(
            config.apiUrl().orElse(access.baseUrl()),
            segment(update.accountSid()),
            segment(update.callSid()));
  }

  private static String segment(String sid) {
    return URLEncoder.encode(sid, StandardCharsets.UTF_8);
  }

  private static Future<TwilioAnswer> noAnswer(Update update, Throwable cause) {
    log.info(
        "{} Twilio does not answer {}: {}",
        kv("callSid", update.callSid()),
        update.operation(),
        cause.toString());
    return Future.succeededFuture(TwilioAnswer.NONE);
  }

  private void count(Update update, TwilioAnswer answer, long started) {
    metrics.requested(
        update.operation(), answer.result(), Duration.ofNanos(time.nanoTime() - started));
  }

  private static Future<Void> judge(Update update, TwilioAnswer answer) {
    return switch (answer.result()) {
      case OK -> Future.succeededFuture();
      case GONE ->
          update.operation() == Operation.HANG_UP
              ? Future.succeededFuture() // it is over, as was wanted
              : Future.failedFuture(new Problem(409, "the call is over"));
      case REFUSED -> Future.failedFuture(refusal(update, answer));
      case LIMITED ->
          later(answer, "Twilio takes no more requests of this account now; try again later");
      case ERROR -> later(answer, "Twilio fails now (HTTP " + answer.status() + "); try again");
      case UNREACHABLE -> later(answer, "Twilio does not answer now; try again");
    };
  }

  private static Future<Void> later(TwilioAnswer answer, String detail) {
    return Future.failedFuture(
        new TwilioUnavailableException(new Problem(503, detail), answer.retryAfter()));
  }

  private static Problem refusal(Update update, TwilioAnswer answer) {
    if (answer.code() == NOT_MODIFIABLE) {
      return new Problem(409, "the call is over, or cannot be changed at this moment");
    }
    log.error(
        "{} Twilio refuses {}: {}", kv("callSid", update.callSid()), update.operation(), answer);
    return answer.status() == 401 || answer.status() == 403
        ? new Problem(502, credentials(update.accountSid()))
        : new Problem(502, "Twilio refuses to change the call: " + answer);
  }

  private static String credentials(String accountSid) {
    return "Twilio refuses the credentials of account %s: set its apiKey, or its current Auth Token"
            .formatted(accountSid)
        + " as the first of authTokens, in CALLMESH_TWILIO_ACCOUNTS; they are good in one region only";
  }
}
