package io.callmesh.contracts.handoff;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of one handoff, step by step: the values of {@code callmesh.receipts.v1}, where each
 * record has what is new and the reader puts them together, so that nobody must know the rest to
 * add a step. Nothing in it is the caller's, so it outlives the handoff state: it is how we still
 * know that there was one. Immutable.
 *
 * @param callSid the call
 * @param decidedAt the outcome's; with the call it names the handoff
 * @param conversationId the conversation
 * @param accountSid the call's Twilio account
 * @param accountId whose it is
 * @param projectId the project in that account
 * @param sharedIdHash {@link #hash} of the shared id; null when there is none
 * @param receipts in the order of their times; at most {@value #MAX_RECEIPTS}
 */
public record ReceiptChain(
    String callSid,
    Instant decidedAt,
    String conversationId,
    String accountSid,
    String accountId,
    String projectId,
    @Nullable String sharedIdHash,
    List<Receipt> receipts) {
  /** What is beyond it is left out. */
  public static final int MAX_RECEIPTS = 64;

  private static final int HASH_BYTES = 12;

  public ReceiptChain {
    receipts = List.copyOf(receipts);
  }

  /** One step of an outcome's chain. */
  public static ReceiptChain of(Outcome outcome, Receipt receipt) {
    return of(outcome, List.of(receipt));
  }

  /** Some steps of an outcome's chain. */
  public static ReceiptChain of(Outcome outcome, List<Receipt> receipts) {
    return new ReceiptChain(
        outcome.callSid(),
        outcome.decidedAt(),
        outcome.conversationId(),
        outcome.accountSid(),
        outcome.accountId(),
        outcome.projectId(),
        outcome.sharedId() == null ? null : hash(outcome.sharedId()),
        receipts);
  }

  /**
   * The handoff's name, which is the record's key: the CallSid and the time of the decision in ms
   * since the epoch.
   */
  public String key() {
    return key(callSid, decidedAt);
  }

  /** The key of the chain of an outcome of that call, decided then. */
  public static String key(String callSid, Instant decidedAt) {
    return key(callSid, decidedAt.toEpochMilli());
  }

  /** The same by the time of the decision in ms since the epoch. */
  public static String key(String callSid, long decidedMs) {
    return callSid + "/" + decidedMs;
  }

  /** Stands for a shared id, which may be the caller's name, where it must not be kept. */
  public static String hash(String sharedId) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(sharedId.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** The earliest step of that kind. */
  public Optional<Receipt> first(Receipt.Step step) {
    for (Receipt receipt : receipts) {
      if (receipt.step() == step) {
        return Optional.of(receipt);
      }
    }
    return Optional.empty();
  }

  /**
   * Both chains' steps. Of a step that was told twice the earlier one stays; for a deletion there
   * is always room.
   */
  public ReceiptChain plus(ReceiptChain more) {
    Map<Receipt, Receipt> all = new LinkedHashMap<>();
    receipts.forEach(receipt -> all.put(receipt.identity(), receipt));
    for (Receipt receipt : more.receipts) {
      boolean room =
          all.size() < MAX_RECEIPTS
              || all.containsKey(receipt.identity())
              || receipt.step() == Receipt.Step.DELETED;
      if (room) {
        all.merge(receipt.identity(), receipt, (a, b) -> b.at().isBefore(a.at()) ? b : a);
      }
    }
    List<Receipt> sorted = new ArrayList<>(all.values());
    sorted.replaceAll(receipt -> whenTheWaitEnded(receipt, all.values()));
    sorted.sort(Comparator.comparing(Receipt::at).thenComparing(Receipt::step));
    return new ReceiptChain(
        callSid,
        decidedAt,
        conversationId,
        accountSid,
        accountId,
        projectId,
        sharedIdHash == null ? more.sharedIdHash : sharedIdHash,
        sorted);
  }

  private static Receipt whenTheWaitEnded(Receipt receipt, Collection<Receipt> all) {
    return receipt.waitedS().isEmpty()
        ? receipt
        : all.stream()
            .filter(one -> one.step() == Receipt.Step.ROUTED)
            .filter(one -> Objects.equals(one.destination(), receipt.destination()))
            .map(routed -> routed.at().plusSeconds(receipt.waitedS().getAsLong()))
            .filter(ended -> !ended.isAfter(receipt.at()))
            .max(Comparator.naturalOrder())
            .map(receipt::movedTo)
            .orElse(receipt);
  }

  /** The stored and wire form. */
  public JsonObject toJson() {
    JsonArray steps = new JsonArray();
    receipts.forEach(receipt -> steps.add(receipt.toJson()));
    JsonObject json =
        new JsonObject()
            .put("callSid", callSid)
            .put("decidedAt", decidedAt.toString())
            .put("conversationId", conversationId)
            .put("accountSid", accountSid)
            .put("accountId", accountId)
            .put("projectId", projectId)
            .put("receipts", steps);
    return sharedIdHash == null ? json : json.put("sharedIdHash", sharedIdHash);
  }

  /** Reads the wire form. Throws an {@link IllegalArgumentException} when it is none. */
  public static ReceiptChain fromJson(JsonObject json) {
    return of(Members.of(json));
  }

  /** Reads the stored form, UTF-8. Throws an {@link IllegalArgumentException} when it is none. */
  public static ReceiptChain fromBytes(byte[] json) {
    return of(Members.of(json));
  }

  private static ReceiptChain of(Members members) {
    return new ReceiptChain(
        members.text("callSid"),
        Instants.parse(members.text("decidedAt")),
        members.text("conversationId"),
        Repeated.text(members.text("accountSid")),
        Repeated.text(members.text("accountId")),
        Repeated.text(members.text("projectId")),
        members.optional("sharedIdHash"),
        members.objects("receipts").stream().map(Receipt::of).filter(Objects::nonNull).toList());
  }
}
