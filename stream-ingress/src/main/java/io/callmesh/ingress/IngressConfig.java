package io.callmesh.ingress;

import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.security.PublicUrls;
import io.callmesh.runtime.security.TicketSecrets;
import io.callmesh.runtime.security.TwilioAccounts;
import java.time.Duration;
import java.util.List;

/**
 * The settings of stream-ingress; meanings and reasons are in {@code ingress-defaults.properties}.
 *
 * @param urls what Twilio signs
 * @param accounts who may sign
 * @param ticketSecrets for {@link TicketSeal}
 * @param startTimeout from the 101 to {@code start}
 * @param openTimeout for one worker to open a session
 * @param maxOffences before a stream is closed
 * @param openingBacklog caller audio kept while opening
 * @param outboundBacklog agent audio kept for a slow socket
 * @param pingInterval between pings of one stream
 * @param pongTimeout for a sign of life after a ping
 * @param silence without a message, while pongs may come
 * @param closeTimeout for a peer to take our close frame
 * @param maxStreams on this process
 * @param maxStreamsPerAccount on this process, of one Twilio account
 */
public record IngressConfig(
    PublicUrls urls,
    TwilioAccounts accounts,
    List<Secret> ticketSecrets,
    Duration startTimeout,
    Duration openTimeout,
    int maxOffences,
    Duration openingBacklog,
    Duration outboundBacklog,
    Duration pingInterval,
    Duration pongTimeout,
    Duration silence,
    Duration closeTimeout,
    int maxStreams,
    int maxStreamsPerAccount) {
  private static final int MAX_STREAMS = 100_000;
  private static final Duration LONGEST = Duration.ofHours(1);

  public IngressConfig {
    ticketSecrets = List.copyOf(ticketSecrets);
    check("CALLMESH_INGRESS_START_TIMEOUT", startTimeout);
    check("CALLMESH_INGRESS_OPEN_TIMEOUT", openTimeout);
    check("CALLMESH_INGRESS_OPENING_BACKLOG", openingBacklog);
    check("CALLMESH_INGRESS_OUTBOUND_BACKLOG", outboundBacklog);
    check("CALLMESH_INGRESS_PING_INTERVAL", pingInterval);
    check("CALLMESH_INGRESS_PONG_TIMEOUT", pongTimeout);
    check("CALLMESH_INGRESS_SILENCE", silence);
    check("CALLMESH_INGRESS_CLOSE_TIMEOUT", closeTimeout);
  }

  /** Reads and checks the settings. */
  public static IngressConfig from(Settings settings) {
    return new IngressConfig(
        PublicUrls.from(settings),
        TwilioAccounts.from(settings),
        TicketSecrets.from(settings),
        settings.duration("CALLMESH_INGRESS_START_TIMEOUT"),
        settings.duration("CALLMESH_INGRESS_OPEN_TIMEOUT"),
        settings.integer("CALLMESH_INGRESS_MAX_OFFENCES", 1, 10_000),
        settings.duration("CALLMESH_INGRESS_OPENING_BACKLOG"),
        settings.duration("CALLMESH_INGRESS_OUTBOUND_BACKLOG"),
        settings.duration("CALLMESH_INGRESS_PING_INTERVAL"),
        settings.duration("CALLMESH_INGRESS_PONG_TIMEOUT"),
        settings.duration("CALLMESH_INGRESS_SILENCE"),
        settings.duration("CALLMESH_INGRESS_CLOSE_TIMEOUT"),
        settings.integer("CALLMESH_INGRESS_MAX_STREAMS", 1, MAX_STREAMS),
        settings.integer("CALLMESH_INGRESS_MAX_STREAMS_PER_ACCOUNT", 1, MAX_STREAMS));
  }

  private static void check(String variable, Duration value) {
    if (value.isZero() || value.compareTo(LONGEST) > 0) {
      throw new ConfigException(
          variable + " must be longer than 0 and at most 1h, was " + value.toMillis() + "ms");
    }
  }
}
