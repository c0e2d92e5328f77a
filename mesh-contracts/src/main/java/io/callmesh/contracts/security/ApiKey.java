package io.callmesh.contracts.security;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An API key as the table keeps it: hashed, and scoped to an account and a project.
 *
 * @param keyId the part of the key that may be shown
 * @param name what it is for
 * @param secretHash see {@link IssuedSecret}
 * @param accountId the only account it opens; null for every account
 * @param projectId the only project it opens; null for every project of its accounts
 * @param rights what it may do there
 * @param createdAt when it was issued
 */
public record ApiKey(
    String keyId,
    String name,
    String secretHash,
    @Nullable String accountId,
    @Nullable String projectId,
    Set<Right> rights,
    Instant createdAt) {
  /** What a key may be allowed to do. */
  public enum Right {
    /** Connectors, phone numbers, API keys, previews. */
    PROVISION("provision"),
    /** The handoff state. */
    HANDOFF_READ("handoff:read"),
    /** The members of the handoff state that a connector calls sensitive. */
    HANDOFF_READ_SENSITIVE("handoff:read-sensitive"),
    /** Deleting the handoff state. */
    HANDOFF_DELETE("handoff:delete"),
    /** Transferring calls that are on, and hanging them up. */
    CALLS_CONTROL("calls:control");

    private final String text;

    Right(String text) {
      this.text = text;
    }

    /** The name in the API. */
    public String text() {
      return text;
    }

    /** The right of this name; empty for one we do not know. */
    public static Optional<Right> of(String name) {
      return Arrays.stream(values()).filter(right -> right.text.equals(name)).findFirst();
    }
  }

  /** Every right. */
  public static final Set<Right> ALL_RIGHTS =
      Collections.unmodifiableSet(EnumSet.allOf(Right.class));

  /** Those that a key can have without their being named. */
  public static final Set<Right> UNNAMED_RIGHTS =
      Collections.unmodifiableSet(
          EnumSet.of(Right.PROVISION, Right.HANDOFF_READ, Right.CALLS_CONTROL));

  public ApiKey {
    rights =
        Collections.unmodifiableSet(
            rights.isEmpty() ? EnumSet.noneOf(Right.class) : EnumSet.copyOf(rights));
  }

  /** Whether this key has that right, wherever it opens something. */
  public boolean may(Right right) {
    return rights.contains(right);
  }

  /** Whether this key opens what belongs to that account and project. */
  public boolean opens(String account, String project) {
    return (accountId == null || accountId.equals(account))
        && (projectId == null || projectId.equals(project));
  }

  /** Whether this key is for every account and project. */
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
        .put("rights", new JsonArray(rights.stream().map(Right::text).toList()))
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
        rights(json.getJsonArray("rights")),
        Instant.parse(json.getString("createdAt")));
  }

  /** A right that we do not know, of a newer version, is not had here. */
  private static Set<Right> rights(@Nullable JsonArray stored) {
    if (stored == null) {
      return UNNAMED_RIGHTS; // issued before there were rights
    }
    Set<Right> rights = EnumSet.noneOf(Right.class);
    stored.forEach(name -> Right.of(String.valueOf(name)).ifPresent(rights::add));
    return rights;
  }
}
