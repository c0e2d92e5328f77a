package io.callmesh.routing.voice;

import io.callmesh.runtime.security.PublicUrls;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The URLs that Twilio is given in TwiML. */
final class WebhookUrls {
  private final PublicUrls urls;

  WebhookUrls(PublicUrls urls) {
    this.urls = urls;
  }

  /** Asked when a stream has ended. */
  String connectAction(CallState state) {
    return web("connect-action", state);
  }

  /** Asked when a dialled party has ended, or did not answer. */
  String dialAction(CallState state) {
    return web("dial-action", state);
  }

  /** Asked when a REFER was answered. */
  String referAction(CallState state) {
    return web("refer-action", state);
  }

  /** Asked when a call left a queue. */
  String enqueueAction(CallState state) {
    return web("enqueue-action", state);
  }

  /** Asked for what a waiting caller hears. */
  String enqueueWait(CallState state) {
    return web("enqueue-wait", state);
  }

  private String web(String path, CallState state) {
    return urls.web() + "/twilio/" + path + "?" + state.query();
  }

  /** Told of a stream's start, end and errors. */
  String streamStatus() {
    return urls.web() + "/twilio/stream-status";
  }

  /** A stream that is let in with this ticket. */
  String stream(String sealedTicket) {
    return urls.streams() + "/streams/" + sealedTicket;
  }

  /** Where the handoff state of a call is read. */
  String handoffState(String callSid) {
    return urls.web()
        + "/v1/handoff_state?id="
        + URLEncoder.encode(callSid, StandardCharsets.UTF_8);
  }
}
