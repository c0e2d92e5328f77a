package io.callmesh.runtime.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A strong entity tag (RFC 9110, 8.8.3): a hash of what is shown, so that every replica gives the
 * same one.
 *
 * @param text with its quotes, as the headers have it
 */
public record EntityTag(String text) {
  private static final int BYTES = 16;

  /** The tag of what a client is shown. */
  public static EntityTag of(JsonObject shown) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(shown.toBuffer().getBytes());
      return new EntityTag('"' + HexFormat.of().formatHex(hash, 0, BYTES) + '"');
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Refuses a request with 412 when it has {@code If-Match} and what it read is not what is here
   * now.
   */
  public void mustMatch(RoutingContext context) {
    String wanted = context.request().getHeader(HttpHeaders.IF_MATCH);
    if (wanted != null && !isIn(wanted, false)) {
      throw new Problem(
          412, "somebody changed this since you read it; fetch it again and repeat your change");
    }
  }

  /** Answers 200 with the tag, or 304 when the client reads and says that it has it. */
  public void answer(RoutingContext context, JsonObject shown) {
    if (!isHad(context)) {
      Json.answer(context, 200, shown);
    }
  }

  /**
   * Gives the answer its tag. True when the client reads and says that it has this already; then
   * 304 has been answered.
   */
  public boolean isHad(RoutingContext context) {
    context.response().putHeader(HttpHeaders.ETAG, text);
    String had = context.request().getHeader(HttpHeaders.IF_NONE_MATCH);
    boolean same = had != null && reads(context) && isIn(had, true);
    if (same) {
      context.response().setStatusCode(304).end().onFailure(Problem::clientGone);
    }
    return same;
  }

  private static boolean reads(RoutingContext context) {
    HttpMethod method = context.request().method();
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  private boolean isIn(String list, boolean weak) {
    return Arrays.stream(list.split(","))
        .map(String::strip)
        .map(tag -> weak && tag.startsWith("W/") ? tag.substring(2) : tag)
        .anyMatch(tag -> tag.equals("*") || tag.equals(text));
  }
}
