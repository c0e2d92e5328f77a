package io.callmesh.routing;

import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.security.PublicUrls;
import io.callmesh.runtime.security.TicketSecrets;
import io.callmesh.runtime.security.TwilioAccounts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of routing-service; meanings and reasons are in {@code routing-defaults.properties}.
 *
 * @param urls what Twilio is given
 * @param accounts whose calls we take
 * @param ticketSecrets for tickets
 * @param adminApiKey the first API key
 * @param ticketLifetime how long a ticket is good
 * @param outcomeTimeout for the question for a call's outcome
 * @param maxResumes how often a call is sent back to the agent
 * @param apology what a caller hears when there is nothing to connect to
 */
public record RoutingConfig(
    PublicUrls urls,
    TwilioAccounts accounts,
    List<Secret> ticketSecrets,
    Optional<Secret> adminApiKey,
    Duration ticketLifetime,
    Duration outcomeTimeout,
    int maxResumes,
    String apology) {
  private static final int MAX_RESUMES = 100;

  public RoutingConfig {
    ticketSecrets = List.copyOf(ticketSecrets);
    if (ticketLifetime.toSeconds() < 1 || ticketLifetime.toHours() > 1) {
      throw new ConfigException(
          "CALLMESH_ROUTING_TICKET_LIFETIME must be 1s..1h, was "
              + ticketLifetime.toSeconds()
              + "s");
    }
    if (outcomeTimeout.isZero()) {
      throw new ConfigException("CALLMESH_ROUTING_OUTCOME_TIMEOUT must be longer than 0");
    }
  }

  /** Reads and checks the settings. */
  public static RoutingConfig from(Settings settings) {
    return new RoutingConfig(
        PublicUrls.from(settings),
        TwilioAccounts.from(settings),
        TicketSecrets.from(settings),
        settings.secret("CALLMESH_ADMIN_API_KEY"),
        settings.duration("CALLMESH_ROUTING_TICKET_LIFETIME"),
        settings.duration("CALLMESH_ROUTING_OUTCOME_TIMEOUT"),
        settings.integer("CALLMESH_ROUTING_MAX_RESUMES", 0, MAX_RESUMES),
        settings.required("CALLMESH_ROUTING_APOLOGY"));
  }
}
