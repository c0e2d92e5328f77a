package io.callmesh.ingress.stream;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How many streams of one process each Twilio account has, handshakes under way among them. Knows
 * only accounts that have some, so it is no larger than the configuration. Safe on any thread.
 */
public final class Places {
  private final ConcurrentMap<String, Integer> taken = new ConcurrentHashMap<>();
  private final int maxPerAccount;

  /** An account may have so many. */
  public Places(int maxPerAccount) {
    this.maxPerAccount = maxPerAccount;
  }

  /** Takes a place for an account; false when it has as many as it may. */
  boolean take(String accountSid) {
    if (taken.merge(accountSid, 1, Integer::sum) <= maxPerAccount) {
      return true;
    }
    give(accountSid);
    return false;
  }

  /** Gives a place back. */
  void give(String accountSid) {
    taken.computeIfPresent(accountSid, (account, had) -> had == 1 ? null : had - 1);
  }
}
