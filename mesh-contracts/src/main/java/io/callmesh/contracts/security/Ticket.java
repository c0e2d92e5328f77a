package io.callmesh.contracts.security;

import java.time.Instant;

/**
 * What a ticket says: routing-service sent this call to this connector.
 *
 * @param nonce makes it single-use
 * @param callSid the only call it admits
 * @param accountSid the Twilio account of that call
 * @param conversationId the conversation that the call belongs to
 * @param connectorId where it was sent
 * @param resume true when the conversation was here before
 * @param expiresAt seconds precision; refused from then on
 */
public record Ticket(
    String nonce,
    String callSid,
    String accountSid,
    String conversationId,
    String connectorId,
    boolean resume,
    Instant expiresAt) {}
