package io.callmesh.simulator.twilio;

/**
 * How a call's webhooks are requested. Retries are asked for where Twilio reads them: in the
 * fragment of the URL ({@code #rc=1&rp=5xx}, reference/twilio.md 1.4).
 *
 * @param voiceByGet whether the voice webhook is requested by GET
 * @param twice whether each webhook and callback is sent a second time, with the same idempotency
 *     token, as after an answer that was lost; what the second answer says is done
 */
public record WebhookHabits(boolean voiceByGet, boolean twice) {
  /** POST, once. */
  public static final WebhookHabits USUAL = new WebhookHabits(false, false);
}
