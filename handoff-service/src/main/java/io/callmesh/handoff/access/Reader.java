package io.callmesh.handoff.access;

import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.security.ApiKey;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;

/** Whoever asks for a handoff. */
public interface Reader {
  /**
   * The name in receipts and events: a key's id, a Flex worker's SID; nothing that tells a person.
   */
  String name();

  /**
   * Whether this reader may know of what belongs there.
   *
   * @param accountSid the call's Twilio account
   */
  boolean opens(String accountSid, String accountId, String projectId);

  /** Whether this reader may know of anything that belongs there. */
  boolean opensProject(String accountId, String projectId);

  /** Whether it has that right, wherever it opens something. */
  boolean may(ApiKey.Right right);

  /** When its credentials are good no more; the far future for those that do not expire. */
  default Instant until() {
    return Instant.MAX;
  }

  /** Whether it may know of this outcome. */
  default boolean opens(Outcome outcome) {
    return opens(outcome.accountSid(), outcome.accountId(), outcome.projectId());
  }

  /** Whether it may know of this handoff. */
  default boolean opens(ReceiptChain chain) {
    return opens(chain.accountSid(), chain.accountId(), chain.projectId());
  }

  /** A reader with an API key. */
  static Reader of(ApiKey key) {
    return new Reader() {
      @Override
      public String name() {
        return key.keyId();
      }

      @Override
      public boolean opens(String accountSid, String accountId, String projectId) {
        return key.opens(accountId, projectId);
      }

      @Override
      public boolean opensProject(String accountId, String projectId) {
        return key.opens(accountId, projectId);
      }

      @Override
      public boolean may(ApiKey.Right right) {
        return key.may(right);
      }
    };
  }

  /** The reader of a request that {@link Access#require} let pass. */
  static Reader of(RoutingContext context) {
    return context.<Reader>get(Access.CONTEXT_KEY);
  }
}
