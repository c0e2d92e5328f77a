package io.callmesh.handoff.store;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.handoff.access.Reader;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.kafka.KafkaTables;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What connectors say of the handoffs of their calls. Safe on any thread. */
public final class Connectors {
  private final KafkaTable<Connector> table;
  private final Duration lifetime;

  /** Asks for the table. */
  Connectors(KafkaTables tables, Duration lifetime) {
    this.table = tables.table(Topic.CONNECTORS, Connector::toJson, Connector::fromJson);
    this.lifetime = lifetime;
  }

  /** The outcome with the time from which it is served no more. */
  Outcome expiring(Outcome outcome) {
    Connector connector = table.get(outcome.connectorId());
    Integer seconds = connector == null ? null : connector.handoffLifetime();
    return outcome.expiringAt(outcome.decidedAt().plus(shorter(seconds)));
  }

  private Duration shorter(@Nullable Integer seconds) {
    Duration wished = seconds == null ? lifetime : Duration.ofSeconds(seconds);
    return wished.compareTo(lifetime) < 0 ? wished : lifetime;
  }

  /** When an outcome is served no more. */
  Instant expiryOf(Outcome outcome) {
    return expiryOf(outcome.decidedAt(), Optional.ofNullable(outcome.expiresAt()));
  }

  /** When what was decided then, and was meant to last until the other time, is served no more. */
  Instant expiryOf(Instant decidedAt, Optional<Instant> wished) {
    Instant latest = decidedAt.plus(lifetime);
    return wished.filter(latest::isAfter).orElse(latest);
  }

  /** Whether a session is of a connector that the reader may know of. */
  public boolean opens(Reader reader, SessionNews session) {
    Connector connector = table.get(session.connectorId());
    return connector != null
        && reader.opens(session.accountSid(), connector.accountId(), connector.projectId());
  }

  /** The handoff state as this reader may see it. */
  public HandoffData shown(Outcome outcome, Reader reader) {
    return shown(outcome.state(), outcome.connectorId(), reader);
  }

  /**
   * A handoff state of this connector's as this reader may see it. When the connector is there no
   * more, nobody can say what is sensitive: everything may be.
   */
  public HandoffData shown(HandoffData state, String connectorId, Reader reader) {
    if (reader.may(ApiKey.Right.HANDOFF_READ_SENSITIVE)) {
      return state;
    }
    Connector connector = table.get(connectorId);
    Set<String> hidden =
        connector == null ? state.toJson().fieldNames() : connector.sensitiveFields();
    return state.masked(hidden);
  }
}
