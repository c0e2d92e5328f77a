package io.callmesh.contracts.security;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An API key as the table keeps it: hashed, and scoped to an account and a project.
 *
 * @param keyId the part of the key that may be shown
 * @param name what it is for
 * @param secretHash see {@link IssuedSecret}
 * @param accountId the only account it opens; null for every account
 * @param projectId the only project it opens; null for every project of its accounts
 * @param createdAt when it was issued
 */
public record ApiKey(
    String keyId,
    String name,
    String secretHash,
    @Nullable String accountId,
    @Nullable String projectId,
    Instant createdAt) {
  /** Whether this key opens what belongs to that account and project. */
  public boolean opens(String account, String project) {
    return (accountId == null || accountId.equals(account))
        && (projectId == null || projectId.equals(project));
  }

  /** Whether this key opens everything, and so may issue other keys. */
  public boolean opensEverything() {
    return accountId == null && projectId == null;
  }

  /** The stored form. */
  public JsonObject toJson() {
    return new JsonObject()
        .put("keyId", keyId)
        .put("name", name)
        .put("secretHash", secretHash)
        .put("accountId", accountId)
        .put("projectId", projectId)
        .put("createdAt", createdAt.toString());
  }

  /** Reads the stored form. */
  public static ApiKey fromJson(JsonObject json) {
    return new ApiKey(
        json.getString("keyId"),
        json.getString("name", ""),
        json.getString("secretHash"),
        json.getString("accountId"),
        json.getString("projectId"),
        Instant.parse(json.getString("createdAt")));
  }
}
