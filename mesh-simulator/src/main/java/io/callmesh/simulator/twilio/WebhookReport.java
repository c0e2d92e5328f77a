package io.callmesh.simulator.twilio;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A webhook that was answered with a document.
 *
 * @param kind as {@link CallListener#onWebhook} has it
 * @param method {@code GET} or {@code POST}
 * @param url as requested, without the fields of a GET
 * @param fields what Twilio told
 * @param token the idempotency token, the same on each attempt
 * @param attempts how often it was requested because of failures, 1 when there were none
 * @param document the TwiML as received
 * @param sameTwice whether it was answered the same when it came a second time; null when it did
 *     not
 */
public record WebhookReport(
    String kind,
    String method,
    String url,
    Map<String, String> fields,
    String token,
    int attempts,
    String document,
    @Nullable Boolean sameTwice) {}
