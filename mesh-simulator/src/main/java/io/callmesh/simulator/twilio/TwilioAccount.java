package io.callmesh.simulator.twilio;

import io.callmesh.contracts.security.Secret;

/**
 * A Twilio account, as a mesh sees it.
 *
 * @param accountSid {@code AC…}
 * @param authToken the primary Auth Token, which signs requests
 */
public record TwilioAccount(String accountSid, Secret authToken) {}
