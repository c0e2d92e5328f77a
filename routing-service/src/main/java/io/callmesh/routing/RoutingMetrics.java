package io.callmesh.routing;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What routing-service counts. Safe on any thread. */
public final class RoutingMetrics {
  /** The webhooks of Twilio's. */
  public enum Webhook {
    /** An incoming call. */
    VOICE,
    /** A stream has ended: what now? */
    CONNECT_ACTION,
    /** A stream started, ended or failed. */
    STREAM_STATUS,
    /** A call changed its status. */
    CALL_STATUS
  }

  /** What a call was answered. */
  public enum Answer {
    /** A stream to the agent. */
    STREAM,
    /** A handoff's destination. */
    HANDOFF,
    /** The agent had ended the call. */
    HANGUP,
    /** An apology: there is nothing to connect the caller to. */
    APOLOGY,
    /** Nothing: the call is over. */
    NOTHING
  }

  private final MeterRegistry meters;

  /** Counts into this registry. */
  public RoutingMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /** A webhook came. */
  public void received(Webhook webhook) {
    meters.counter("callmesh.routing.webhooks", "webhook", tag(webhook)).increment();
  }

  /** A webhook was not genuine. */
  public void refused(Webhook webhook) {
    meters.counter("callmesh.routing.webhooks.refused", "webhook", tag(webhook)).increment();
  }

  /** A call was answered. */
  public void answered(Answer answer) {
    meters.counter("callmesh.routing.answers", "answer", tag(answer)).increment();
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
