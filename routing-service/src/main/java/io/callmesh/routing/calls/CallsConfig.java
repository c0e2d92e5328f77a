package io.callmesh.routing.calls;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.security.PublicUrls;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of live calls; meanings and reasons are in {@code routing-defaults.properties}.
 *
 * @param findTimeout how long workers may take to say that they have a call
 * @param apiUrl where Twilio's REST API is; empty for where each account's is
 * @param patience how often and how long Twilio is asked for one thing
 */
public record CallsConfig(Duration findTimeout, Optional<String> apiUrl, Patience patience) {
  private static final String FIND_TIMEOUT = "CALLMESH_ROUTING_FIND_TIMEOUT";
  private static final String API_URL = "CALLMESH_TWILIO_API_URL";
  private static final String API_TIMEOUT = "CALLMESH_TWILIO_API_TIMEOUT";
  private static final String API_DEADLINE = "CALLMESH_TWILIO_API_DEADLINE";
  private static final String API_RETRIES = "CALLMESH_TWILIO_API_RETRIES";
  private static final Duration LONGEST_FIND = Duration.ofSeconds(10);

  /** The public server closes a connection that is silent for longer than 75 s. */
  private static final Duration LONGEST_DEADLINE = Duration.ofSeconds(60);

  private static final int MAX_RETRIES = 10;

  /** Reads and checks the settings. */
  public static CallsConfig from(Settings settings) {
    return new CallsConfig(
        duration(settings, FIND_TIMEOUT, LONGEST_FIND),
        settings.text(API_URL).map(url -> PublicUrls.base(API_URL, url, "http")),
        new Patience(
            duration(settings, API_TIMEOUT, LONGEST_DEADLINE),
            duration(settings, API_DEADLINE, LONGEST_DEADLINE),
            settings.integer(API_RETRIES, 0, MAX_RETRIES)));
  }

  private static Duration duration(Settings settings, String variable, Duration longest) {
    Duration value = settings.duration(variable);
    if (value.isZero() || value.compareTo(longest) > 0) {
      throw new ConfigException(
          "%s must be 1ms..%ds, was %dms"
              .formatted(variable, longest.toSeconds(), value.toMillis()));
    }
    return value;
  }
}
