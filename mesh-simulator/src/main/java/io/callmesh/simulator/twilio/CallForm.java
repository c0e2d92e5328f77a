package io.callmesh.simulator.twilio;

import java.util.SortedMap;
import java.util.TreeMap;

/** The fields that a call's webhooks carry (reference/twilio.md 1.2). */
final class CallForm {
  private static final String SIP_DOMAIN = "callmesh.sip.twilio.com";

  private final TwilioAccount account;
  private final CallPlan plan;

  CallForm(TwilioAccount account, CallPlan plan) {
    this.account = account;
    this.plan = plan;
  }

  /** The usual fields and more, as name after value; the plan's own come last and win. */
  SortedMap<String, String> with(String callStatus, String... more) {
    SortedMap<String, String> form = new TreeMap<>();
    form.put("AccountSid", account.accountSid());
    form.put("ApiVersion", "2010-04-01");
    form.put("CallSid", plan.callSid());
    form.put("CallStatus", callStatus);
    form.put("Called", plan.to());
    form.put("Caller", plan.from());
    form.put("Direction", "inbound");
    form.put("From", plan.from());
    form.put("To", plan.to());
    if (SipUri.isSip(plan.from())) {
      sip(form);
    }
    put(form, more);
    form.putAll(plan.fields());
    return form;
  }

  private void sip(SortedMap<String, String> form) {
    form.put("SipDomain", SipUri.isSip(plan.to()) ? SipUri.host(plan.to()) : SIP_DOMAIN);
    form.put("SipDomainSid", "SD" + "0".repeat(32));
    form.put("SipCallId", plan.callSid() + "@" + SipUri.host(plan.from()));
    form.put("SipSourceIp", "192.0.2.1");
    plan.sipHeaders().forEach((name, value) -> form.put("SipHeader_" + name, value));
  }

  /** The fields of a stream's status callback, which are fewer. */
  SortedMap<String, String> stream(String streamSid, String... more) {
    SortedMap<String, String> form = new TreeMap<>();
    form.put("AccountSid", account.accountSid());
    form.put("CallSid", plan.callSid());
    form.put("StreamSid", streamSid);
    put(form, more);
    return form;
  }

  private static void put(SortedMap<String, String> form, String... more) {
    for (int i = 0; i < more.length; i += 2) {
      form.put(more[i], more[i + 1]);
    }
  }
}
