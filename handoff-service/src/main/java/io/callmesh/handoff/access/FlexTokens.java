package io.callmesh.handoff.access;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.callmesh.handoff.access.TokenValidation.TwilioAway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * What Flex tokens are worth, remembered for a short time: a good one no longer than it lasts. Who
 * asks for the same token at the same time shares one question. Keeps hashes of tokens, never a
 * token. Safe on any thread.
 */
final class FlexTokens {
  /** Tokens remembered; beyond it those go that are asked for least. */
  static final int MAX_TOKENS = 10_000;

  /** Questions under way; a stranger can ask about as many tokens as there are. */
  static final int MAX_QUESTIONS = 100;

  /**
   * Questions per second about tokens that come from one address, and {@value #BURST} at once:
   * enough for some thousand workers behind one proxy, as each is asked about once in the time that
   * a token is remembered.
   */
  static final int PER_ADDRESS = 50;

  static final int BURST = 200;

  private static final Duration BAD_FOR = Duration.ofSeconds(5);

  private final Semaphore questions = new Semaphore(MAX_QUESTIONS);
  private final RateLimit ofAddresses;
  private final Vertx vertx;
  private final TokenValidation validation;
  private final Duration goodFor;
  private final Clock clock;
  private final Ticker ticker;
  private final AsyncCache<String, Verdict> known;

  /** From one address come more tokens than Twilio is asked about. */
  static final class TooOften extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooOften() {
      super("too many tokens come from one address", null, false, false);
    }
  }

  /**
   * How a question ended. Failures are values here: the cache would write each to the log.
   *
   * @param away why nobody can say; null when somebody did
   * @param untilNanos how long it is remembered, by the ticker
   */
  private record Verdict(Optional<FlexToken> token, @Nullable Throwable away, long untilNanos) {
    Future<Optional<FlexToken>> told() {
      return away == null ? Future.succeededFuture(token) : Future.failedFuture(away);
    }

    /** The cache comes to a verdict later than those who asked for it. */
    private long left(long nanos) {
      return Math.max(0, untilNanos - nanos);
    }
  }

  /**
   * @param goodFor the longest that a good token is remembered
   */
  FlexTokens(
      Vertx vertx, TokenValidation validation, Duration goodFor, Clock clock, Ticker ticker) {
    this.vertx = vertx;
    this.validation = validation;
    this.goodFor = goodFor;
    this.clock = clock;
    this.ticker = ticker;
    this.ofAddresses = new RateLimit(PER_ADDRESS, BURST, ticker::read);
    this.known =
        Caffeine.newBuilder()
            .maximumSize(MAX_TOKENS)
            .ticker(ticker)
            .expireAfter(new Memory())
            .buildAsync();
  }

  /** Reading prolongs nothing. */
  private static final class Memory implements Expiry<String, Verdict> {
    @Override
    public long expireAfterCreate(String hash, Verdict verdict, long now) {
      return verdict.left(now);
    }

    @Override
    public long expireAfterUpdate(String hash, Verdict verdict, long now, long left) {
      return verdict.left(now);
    }

    @Override
    public long expireAfterRead(String hash, Verdict verdict, long now, long left) {
      return left;
    }
  }

  private Verdict verdict(Optional<FlexToken> found) {
    Duration memory =
        found
            .map(token -> Duration.between(clock.instant(), token.expiresAt()))
            .filter(left -> !left.isNegative())
            .map(left -> left.compareTo(goodFor) < 0 ? left : goodFor)
            .orElse(BAD_FOR);
    return new Verdict(found, null, ticker.read() + memory.toNanos());
  }

  private Verdict undecided(Throwable cause) {
    return new Verdict(Optional.empty(), cause, ticker.read());
  }

  /**
   * What a token is, on the caller's context; empty when it is not good, or not any more. Fails
   * with {@link TwilioAway} when nobody can say, with {@link TooOften} when this address asks for
   * too many that are not remembered; neither is remembered.
   *
   * @param address where the token comes from
   */
  Future<Optional<FlexToken>> check(String accountSid, String token, String address) {
    CompletableFuture<Verdict> verdict =
        known.get(hash(accountSid, token), (hash, executor) -> ask(accountSid, token, address));
    return Future.fromCompletionStage(verdict, vertx.getOrCreateContext())
        .compose(Verdict::told)
        .map(found -> found.filter(one -> clock.instant().isBefore(one.expiresAt())));
  }

  private CompletableFuture<Verdict> ask(String accountSid, String token, String address) {
    if (!ofAddresses.admits(address)) {
      return CompletableFuture.completedFuture(undecided(new TooOften()));
    }
    if (!questions.tryAcquire()) {
      return CompletableFuture.completedFuture(
          undecided(new TwilioAway("too many tokens are being validated")));
    }
    return validation
        .validate(accountSid, token)
        .onComplete(answered -> questions.release())
        .map(this::verdict)
        .otherwise(this::undecided)
        .toCompletionStage()
        .toCompletableFuture();
  }

  private static String hash(String accountSid, String token) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((accountSid + "/").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
