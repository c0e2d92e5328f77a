package io.callmesh.handoff.access;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.security.PublicUrls;
import io.callmesh.runtime.security.TwilioAccounts;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may read, by the settings.
 *
 * @param accounts with the credentials that tokens are validated with
 * @param flexAccounts whose workers may read
 * @param iamUrl where tokens are validated, without a slash at the end
 * @param tokenCache how long a good token is remembered
 * @param origins of pages whose scripts may ask
 * @param ratePerKey requests per second of one API key, and as many at once
 * @param ratePerWorker requests per second of one Flex worker, and twice as many at once
 */
record AccessConfig(
    TwilioAccounts accounts,
    List<FlexAccount> flexAccounts,
    String iamUrl,
    Duration tokenCache,
    List<String> origins,
    int ratePerKey,
    int ratePerWorker) {
  private static final String FLEX_ACCOUNTS = "CALLMESH_FLEX_ACCOUNTS";
  private static final String IAM_URL = "CALLMESH_FLEX_IAM_URL";
  private static final String TOKEN_CACHE = "CALLMESH_FLEX_TOKEN_CACHE";
  private static final String ORIGINS = "CALLMESH_HANDOFF_CORS_ORIGINS";

  private static final Duration LONGEST_CACHE = Duration.ofMinutes(10);
  private static final int MAX_RATE = 1_000_000;

  AccessConfig {
    flexAccounts = List.copyOf(flexAccounts);
    origins = List.copyOf(origins);
    for (FlexAccount account : flexAccounts) {
      if (accounts.restAccessTo(account.accountSid()).isEmpty()) {
        throw new ConfigException(
            "%s names %s, which is not in CALLMESH_TWILIO_ACCOUNTS: its tokens cannot be validated"
                .formatted(FLEX_ACCOUNTS, account.accountSid()));
      }
    }
    if (tokenCache.compareTo(LONGEST_CACHE) > 0) {
      throw new ConfigException(
          TOKEN_CACHE + " must be at most 10m, was " + tokenCache.toSeconds() + "s");
    }
  }

  /** Reads it. */
  static AccessConfig from(Settings settings) {
    return new AccessConfig(
        TwilioAccounts.from(settings),
        settings.text(FLEX_ACCOUNTS).map(AccessConfig::flexAccounts).orElse(List.of()),
        PublicUrls.base(IAM_URL, settings.required(IAM_URL), "http"),
        settings.duration(TOKEN_CACHE),
        Stream.of(settings.required(ORIGINS).split(","))
            .map(String::strip)
            .map(AccessConfig::origin)
            .toList(),
        settings.integer("CALLMESH_HANDOFF_RATE_PER_KEY", 1, MAX_RATE),
        settings.integer("CALLMESH_HANDOFF_RATE_PER_WORKER", 1, MAX_RATE));
  }

  private static List<FlexAccount> flexAccounts(String json) {
    try {
      return FlexAccount.parse(json);
    } catch (IllegalArgumentException wrong) {
      throw new ConfigException(
          "%s must be JSON like %s: %s"
              .formatted(
                  FLEX_ACCOUNTS,
                  "[{\"accountSid\":\"AC…\",\"accountId\":\"acme\",\"projectId\":null,"
                      + "\"roles\":[\"agent\"],\"sensitiveRoles\":[]}]",
                  wrong.getMessage()));
    }
  }

  private static String origin(String origin) {
    if (origin.equals("*")) {
      throw new ConfigException(
          ORIGINS
              + " must not be *: any page that somebody with a Flex token has open could then read"
              + " what callers said; name the pages' origins");
    }
    if (!isOrigin(uri(origin))) {
      throw new ConfigException(
          "%s must be origins like https://host[:port] with commas between them, one was '%s'"
              .formatted(ORIGINS, origin));
    }
    return origin;
  }

  private static boolean isOrigin(@Nullable URI uri) {
    return uri != null
        && uri.getHost() != null
        && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
        && uri.getUserInfo() == null
        && "".equals(uri.getRawPath())
        && uri.getRawQuery() == null
        && uri.getRawFragment() == null;
  }

  private static @Nullable URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException malformed) {
      return null;
    }
  }
}
