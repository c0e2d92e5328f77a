package io.callmesh.handoff.access;

import io.vertx.core.Future;
import java.util.Optional;

/** Says what a Flex token is worth. */
@FunctionalInterface
interface TokenValidation {
  /**
   * What a token is; empty when it is not good. Fails with {@link TwilioAway} when nobody can say.
   *
   * @param accountSid the account that it must be of
   */
  Future<Optional<FlexToken>> validate(String accountSid, String token);

  /** Twilio does not say whether a token is good, so nobody is let in. */
  final class TwilioAway extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TwilioAway(String message) {
      super(message, null, false, false);
    }
  }
}
