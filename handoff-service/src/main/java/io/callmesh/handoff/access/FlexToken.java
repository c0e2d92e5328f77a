package io.callmesh.handoff.access;

import java.time.Instant;
import java.util.Set;

/**
 * What Twilio says of a good Flex token. Whose it is by name is left out: nobody here needs it.
 *
 * @param workerSid {@code WK…}; empty when its holder is no worker
 * @param roles in Flex
 * @param expiresAt it is good until then
 */
record FlexToken(String workerSid, Set<String> roles, Instant expiresAt) {
  FlexToken {
    roles = Set.copyOf(roles);
  }
}
