package io.callmesh.handoff.access;

import com.github.benmanes.caffeine.cache.Ticker;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.handoff.access.AccessMetrics.Refusal;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.service.ServiceContext;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What every request to the Handoff API passes: CORS, then who asks, then how often, then with
 * which right. Safe on any thread.
 */
public final class Access {
  /** Which Twilio account a Flex token is of; needed when several are configured. */
  static final String ACCOUNT_HEADER = "x-twilio-account-sid";

  static final String CONTEXT_KEY = Reader.class.getName();

  private static final String BEARER = "Bearer ";

  /** A token is some 1 to 3 KiB. */
  private static final int MAX_TOKEN = 8 * 1024;

  /** Browsers ask again after that, in s; an origin that was taken away waits as long. */
  private static final int PREFLIGHT_GOOD_FOR = 600;

  private static final String WHO =
      "a valid API key is needed in the header x-api-key, or a valid Flex token as Authorization:"
          + " Bearer, with its Twilio account in "
          + ACCOUNT_HEADER
          + " where there are several";

  private final AccessConfig config;
  private final ApiKeys keys;
  private final FlexTokens tokens;
  private final RateLimit ofKeys;
  private final RateLimit ofWorkers;
  private final AccessMetrics metrics;

  /** Reads its settings. */
  public static Access of(ServiceContext context, ApiKeys keys) {
    AccessConfig config = AccessConfig.from(context.settings());
    AccessMetrics metrics = new AccessMetrics(context.meters());
    FlexTokens tokens =
        new FlexTokens(
            context.vertx(),
            new TwilioIam(context.vertx(), config.accounts(), config.iamUrl(), metrics),
            config.tokenCache(),
            context.clock(),
            Ticker.systemTicker());
    return new Access(config, keys, tokens, metrics, System::nanoTime);
  }

  Access(
      AccessConfig config,
      ApiKeys keys,
      FlexTokens tokens,
      AccessMetrics metrics,
      LongSupplier nanos) {
    this.config = config;
    this.keys = keys;
    this.tokens = tokens;
    this.metrics = metrics;
    this.ofKeys = new RateLimit(config.ratePerKey(), config.ratePerKey(), nanos);
    this.ofWorkers = new RateLimit(config.ratePerWorker(), 2 * config.ratePerWorker(), nanos);
  }

  /**
   * Lets pages of the configured origins read these routes; mounted before what answers them.
   * Preflights are answered without credentials.
   */
  public void mountCors(Router router, List<String> paths) {
    CorsHandler cors =
        CorsHandler.create()
            .addOrigins(config.origins())
            .allowedMethod(HttpMethod.GET)
            .allowedHeaders(Set.of("authorization", ACCOUNT_HEADER, "accept"))
            .exposedHeader("Retry-After")
            .maxAgeSeconds(PREFLIGHT_GOOD_FOR);
    paths.forEach(path -> router.route(path).handler(cors));
  }

  /**
   * A route handler that lets a request pass whose {@link Reader} has this right. Otherwise it
   * answers 401 (nobody we know), 403 (not this one), 429 (too often) or 503 (nobody can say).
   */
  public Handler<RoutingContext> require(ApiKey.Right right) {
    return context ->
        reader(context)
            .onSuccess(reader -> admit(context, reader, right))
            .onFailure(cause -> refuse(context, cause));
  }

  private Future<Reader> reader(RoutingContext context) {
    String key = context.request().getHeader(ApiKeys.HEADER);
    if (key != null) {
      return keys.check(key).map(found -> Reader.of(found.orElseThrow(Access::unknown)));
    }
    String authorization = context.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization == null || !isBearer(authorization)) {
      return Future.failedFuture(unknown());
    }
    String accountSid = context.request().getHeader(ACCOUNT_HEADER);
    return worker(
        Optional.ofNullable(accountSid),
        authorization.substring(BEARER.length()),
        context.request().remoteAddress().hostAddress());
  }

  private static boolean isBearer(String authorization) {
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && authorization.length() <= BEARER.length() + MAX_TOKEN;
  }

  /** Who names no account hears the same, however many there are: a stranger learns nothing. */
  private Future<Reader> worker(Optional<String> accountSid, String token, String address) {
    List<FlexAccount> accounts =
        config.flexAccounts().stream()
            .filter(account -> accountSid.map(account.accountSid()::equals).orElse(true))
            .toList();
    if (accounts.size() != 1 || token.isBlank()) {
      return Future.failedFuture(unknown());
    }
    FlexAccount account = accounts.get(0);
    return tokens
        .check(account.accountSid(), token, address)
        .map(found -> worker(account, found.orElseThrow(Access::unknown)));
  }

  private static Reader worker(FlexAccount account, FlexToken token) {
    if (token.workerSid().isEmpty() || !account.admits(token.roles())) {
      throw Problem.forbidden("this token is not of a Flex worker with a role that may read");
    }
    return new FlexWorker(account, token);
  }

  private static Problem unknown() {
    return new Problem(401, WHO);
  }

  private void admit(RoutingContext context, Reader reader, ApiKey.Right right) {
    boolean worker = reader instanceof FlexWorker;
    if (!(worker ? ofWorkers : ofKeys).admits(reader.name())) {
      metrics.refused(worker ? Refusal.WORKER_RATE : Refusal.KEY_RATE);
      context.fail(new Problem(429, "too many requests; slow down"));
    } else if (!reader.may(right)) {
      metrics.refused(Refusal.FORBIDDEN);
      context.fail(forbidden(worker, right));
    } else {
      // What is answered is a caller's; no proxy or browser keeps it.
      context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
      context.put(CONTEXT_KEY, reader).next();
    }
  }

  private static Problem forbidden(boolean worker, ApiKey.Right right) {
    return Problem.forbidden(
        worker
            ? "Flex workers lack the right " + right.text() + "; use an API key that has it"
            : "this key lacks the right " + right.text() + "; use one that has it");
  }

  private void refuse(RoutingContext context, Throwable cause) {
    if (cause instanceof TokenValidation.TwilioAway) {
      metrics.refused(Refusal.UNDECIDED);
      context.fail(new Problem(503, "Twilio does not say now whether the token is good"));
      return;
    }
    if (cause instanceof FlexTokens.TooOften) {
      metrics.refused(Refusal.TOKEN_RATE);
      context.fail(new Problem(429, "too many tokens come from this address; slow down"));
      return;
    }
    if (cause instanceof Problem problem) {
      metrics.refused(problem.status() == 403 ? Refusal.FORBIDDEN : Refusal.UNKNOWN);
    }
    context.fail(cause);
  }
}
