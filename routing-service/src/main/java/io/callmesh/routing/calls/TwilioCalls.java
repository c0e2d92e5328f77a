package io.callmesh.routing.calls;

import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;

/**
 * What Twilio can be told about a call that is on. Both are idempotent. They fail with a {@link
 * Problem} that says what can be done: 409 when the call is over or cannot be changed now, 502 when
 * Twilio refuses, 503 when it does not answer.
 */
public interface TwilioCalls {
  /**
   * Lets the call go on with other TwiML, whatever it is doing now.
   *
   * @param url where Twilio gets it, by POST
   * @return succeeds when Twilio has accepted it, which is before the call has changed
   */
  Future<Void> redirect(String accountSid, String callSid, String url);

  /**
   * Ends the call.
   *
   * @return succeeds when Twilio has accepted it, or says that there is no such call any more
   */
  Future<Void> hangUp(String accountSid, String callSid);
}
