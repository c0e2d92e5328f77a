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
 * @param handoffLifetime how long a handoff can be fetched that its connector says nothing of
 * @param maxResumes how often in a minute an interrupted call is sent back to the agent
 * @param maxTransfers how often a call is sent to a destination
 * @param taskAttributesLimit bytes of a task's attributes up to which they hold the handoff data
 * @param studioUrl where Studio waits for calls to come back
 * @param apology what a caller hears when there is nothing to connect to
 * @param holdSentence what callers hear who wait without music
 */
public record RoutingConfig(
    PublicUrls urls,
    TwilioAccounts accounts,
    List<Secret> ticketSecrets,
    Optional<Secret> adminApiKey,
    Duration ticketLifetime,
    Duration outcomeTimeout,
    Duration handoffLifetime,
    int maxResumes,
    int maxTransfers,
    int taskAttributesLimit,
    String studioUrl,
    String apology,
    String holdSentence) {
  private static final int MAX_RESUMES = 100;
  private static final int MAX_TRANSFERS = 50;

  /** Twilio takes 64 KB of TwiML, and XML may need six characters for one of JSON's. */
  private static final int MAX_TASK_ATTRIBUTES = 10_000;

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
        settings.duration("CALLMESH_HANDOFF_LIFETIME"),
        settings.integer("CALLMESH_ROUTING_MAX_RESUMES", 0, MAX_RESUMES),
        settings.integer("CALLMESH_ROUTING_MAX_TRANSFERS", 1, MAX_TRANSFERS),
        settings.integer("CALLMESH_ROUTING_TASK_ATTRIBUTES_LIMIT", 1, MAX_TASK_ATTRIBUTES),
        settings.required("CALLMESH_ROUTING_STUDIO_URL"),
        settings.required("CALLMESH_ROUTING_APOLOGY"),
        settings.required("CALLMESH_ROUTING_HOLD_SENTENCE"));
  }
}
