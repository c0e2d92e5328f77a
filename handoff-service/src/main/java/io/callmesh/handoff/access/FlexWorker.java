package io.callmesh.handoff.access;

import io.callmesh.contracts.security.ApiKey;
import java.time.Instant;

/**
 * A reader with a Flex token. Never deletes anything.
 *
 * @param account whose worker it is
 * @param token what Twilio says of it
 */
record FlexWorker(FlexAccount account, FlexToken token) implements Reader {
  @Override
  public String name() {
    return token.workerSid();
  }

  @Override
  public boolean opens(String accountSid, String accountId, String projectId) {
    return account.opens(accountSid, accountId, projectId);
  }

  @Override
  public boolean opensProject(String accountId, String projectId) {
    return account.opens(account.accountSid(), accountId, projectId);
  }

  @Override
  public boolean may(ApiKey.Right right) {
    return right == ApiKey.Right.HANDOFF_READ
        || (right == ApiKey.Right.HANDOFF_READ_SENSITIVE && account.trusts(token.roles()));
  }

  @Override
  public Instant until() {
    return token.expiresAt();
  }
}
