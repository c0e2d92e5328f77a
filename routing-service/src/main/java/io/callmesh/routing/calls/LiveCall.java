package io.callmesh.routing.calls;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.session.SessionFound;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that an agent has, or had until it was handed off.
 *
 * @param callSid the call
 * @param accountSid its Twilio account
 * @param conversationId the conversation
 * @param connectorId the connector that carries it
 * @param accountId whose it is
 * @param projectId the project in that account
 * @param connector the connector itself; empty when it was deleted meanwhile
 * @param sharedId the integrator's identifier of the conversation; null for none
 * @param withAgent whether an agent has it now
 * @param outcome this conversation's outcome so far; empty when there is none
 * @param outcomeKnown false when nobody could say whether there is one
 */
record LiveCall(
    String callSid,
    String accountSid,
    String conversationId,
    String connectorId,
    String accountId,
    String projectId,
    Optional<Connector> connector,
    @Nullable String sharedId,
    boolean withAgent,
    Optional<Outcome> outcome,
    boolean outcomeKnown) {
  static LiveCall withAgent(
      SessionFound session, Connector connector, @Nullable Outcome outcome, boolean outcomeKnown) {
    // A call that came back to an agent has the outcome of its last conversation still stored.
    Optional<Outcome> own =
        Optional.ofNullable(outcome)
            .filter(one -> one.conversationId().equals(session.conversationId()));
    String sharedId = session.sharedId().isEmpty() ? null : session.sharedId();
    return new LiveCall(
        session.callSid(),
        session.accountSid(),
        session.conversationId(),
        session.connectorId(),
        connector.accountId(),
        connector.projectId(),
        Optional.of(connector),
        own.map(Outcome::sharedId).orElse(sharedId),
        true,
        own,
        outcomeKnown);
  }

  static LiveCall handedOff(Outcome outcome, Optional<Connector> connector) {
    return new LiveCall(
        outcome.callSid(),
        outcome.accountSid(),
        outcome.conversationId(),
        outcome.connectorId(),
        outcome.accountId(),
        outcome.projectId(),
        connector,
        outcome.sharedId(),
        false,
        Optional.of(outcome),
        true);
  }

  boolean isOpenTo(ApiKey key) {
    return key.opens(accountId, projectId);
  }

  /** What somebody else than the agent decided; the context that the agent has given stays. */
  Outcome decided(
      Outcome.Kind kind,
      @Nullable String destination,
      String reason,
      @Nullable String utterance,
      Instant now) {
    return new Outcome(
        callSid,
        accountSid,
        conversationId,
        connectorId,
        accountId,
        projectId,
        kind,
        destination,
        reason,
        utterance,
        false,
        sharedId,
        outcome.map(Outcome::state).orElse(HandoffData.EMPTY),
        outcome.map(Outcome::transcript).orElse(Transcript.EMPTY),
        now,
        null);
  }
}
