package io.callmesh.runtime.security;

import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.twilio.SignedUrl;
import io.callmesh.contracts.twilio.TwilioSignature;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells Twilio's requests from forgeries, by {@code X-Twilio-Signature} over the configured public
 * URL and the raw request target (reference/twilio.md 2). Safe on any thread.
 */
public final class TwilioRequests {
  private final TwilioAccounts accounts;
  private final PublicUrls urls;

  /** Checks against these accounts' tokens and these URLs. */
  public TwilioRequests(TwilioAccounts accounts, PublicUrls urls) {
    this.accounts = accounts;
    this.urls = urls;
  }

  /**
   * Whether a webhook is genuine.
   *
   * @param accountSid the one it names; the signature must be by that account
   * @param target path and query as received
   * @param form decoded form parameters; empty for GET
   * @param signature the header's value, null when it is missing
   */
  public boolean genuineWebhook(
      String accountSid,
      String target,
      SortedMap<String, ? extends Collection<String>> form,
      @Nullable String signature) {
    return signature != null
        && signed(
            accounts.tokensOf(accountSid),
            SignedUrl.candidates(urls.web(), target),
            form,
            new Secret(signature));
  }

  /**
   * Whether a webhook is genuine whose body is no form, such as one of JSON.
   *
   * @param accountSid the one that must have signed
   * @param target path and query as received, with the body's hash
   * @param body the raw bytes
   * @param signature the header's value, null when it is missing
   */
  public boolean genuineWebhook(
      String accountSid, String target, byte[] body, @Nullable String signature) {
    return TwilioSignature.coversBody(target, body)
        && genuineWebhook(accountSid, target, Collections.emptySortedMap(), signature);
  }

  /** Whether a WebSocket handshake is genuine and by this account. */
  public boolean genuineHandshake(String accountSid, String target, @Nullable String signature) {
    return signature != null
        && signed(
            accounts.tokensOf(accountSid),
            SignedUrl.candidates(urls.streams(), target),
            Collections.emptySortedMap(),
            new Secret(signature));
  }

  /**
   * The account of ours that signed a handshake, for TwiML that a customer hosts; empty for none.
   */
  public Optional<String> handshakeSigner(String target, @Nullable String signature) {
    return accounts.accountSids().stream()
        .filter(accountSid -> genuineHandshake(accountSid, target, signature))
        .findFirst();
  }

  private static boolean signed(
      List<Secret> tokens,
      List<String> candidates,
      SortedMap<String, ? extends Collection<String>> form,
      Secret signature) {
    for (Secret token : tokens) {
      for (String url : candidates) {
        if (signature.matches(TwilioSignature.of(token.reveal(), url, form))) {
          return true;
        }
      }
    }
    return false;
  }
}
