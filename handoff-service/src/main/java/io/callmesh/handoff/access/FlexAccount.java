package io.callmesh.handoff.access;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Twilio account whose Flex workers may read handoffs.
 *
 * @param accountSid theirs; they see handoffs of its calls only
 * @param accountId the only account of ours that they see; null for every account
 * @param projectId the only project that they see; null for every project of those accounts
 * @param roles the roles in Flex that may read
 * @param sensitiveRoles those that see sensitive members too
 */
record FlexAccount(
    String accountSid,
    @Nullable String accountId,
    @Nullable String projectId,
    Set<String> roles,
    Set<String> sensitiveRoles) {
  private static final Set<String> MEMBERS =
      Set.of("accountSid", "accountId", "projectId", "roles", "sensitiveRoles");

  FlexAccount {
    roles = Set.copyOf(roles);
    sensitiveRoles = Set.copyOf(sensitiveRoles);
  }

  /**
   * Reads a JSON array of them. Throws {@link IllegalArgumentException} for what is none: a
   * misspelt member would widen what is seen.
   */
  static List<FlexAccount> parse(String json) {
    try {
      List<FlexAccount> accounts = new ArrayList<>();
      Set<String> seen = new HashSet<>();
      for (Object entry : new JsonArray(json)) {
        FlexAccount account = of((JsonObject) entry);
        must(seen.add(account.accountSid), "each account comes once");
        accounts.add(account);
      }
      return List.copyOf(accounts);
    } catch (ClassCastException | io.vertx.core.json.DecodeException malformed) {
      throw new IllegalArgumentException("it is a JSON array of objects", malformed);
    }
  }

  private static FlexAccount of(JsonObject json) {
    must(MEMBERS.containsAll(json.fieldNames()), "their members are " + sorted(MEMBERS));
    String accountSid = json.getString("accountSid");
    must(accountSid != null && accountSid.matches("AC\\w+"), "accountSid is AC…");
    must(json.containsKey("accountId"), "accountId is there, null for every account");
    Set<String> roles = words(json, "roles");
    must(!roles.isEmpty(), "roles names those that may read, such as agent");
    return new FlexAccount(
        String.valueOf(accountSid),
        json.getString("accountId"),
        json.getString("projectId"),
        roles,
        words(json, "sensitiveRoles"));
  }

  private static Set<String> words(JsonObject json, String member) {
    Set<String> words = new HashSet<>();
    json.getJsonArray(member, new JsonArray()).forEach(word -> words.add((String) word));
    must(words.stream().noneMatch(word -> word == null || word.isBlank()), member + " has blanks");
    return words;
  }

  private static void must(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  /** Whether somebody with these roles may read. */
  boolean admits(Set<String> held) {
    return !Collections.disjoint(roles, held);
  }

  /** Whether somebody with these roles sees sensitive members. */
  boolean trusts(Set<String> held) {
    return !Collections.disjoint(sensitiveRoles, held);
  }

  /** Whether its workers may know of what belongs there. */
  boolean opens(String callsAccountSid, String account, String project) {
    return accountSid.equals(callsAccountSid)
        && (accountId == null || accountId.equals(account))
        && (projectId == null || projectId.equals(project));
  }
}
