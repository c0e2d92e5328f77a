package io.callmesh.routing;

import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.handoff.Receipt;
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
    /** A dialled party has ended, or did not answer. */
    DIAL_ACTION,
    /** A REFER was answered. */
    REFER_ACTION,
    /** A call left a queue. */
    ENQUEUE_ACTION,
    /** A caller waits in a queue. */
    ENQUEUE_WAIT,
    /** A supervisor sends a call elsewhere. */
    TRANSFER,
    /** Another webhook of the call failed. */
    FALLBACK,
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

  /** Why a destination did not take a call. */
  public enum NotTaken {
    /** Somebody else is on the line. */
    BUSY,
    /** It rang for too long. */
    NO_ANSWER,
    /** The carrier could not reach it. */
    FAILED,
    /** The attempt was given up. */
    CANCELED,
    /** The caller's SBC refused the REFER. */
    REFUSED,
    /** Twilio could not queue the call. */
    QUEUE_ERROR,
    /** The caller waited for as long as the destination allows. */
    WAITED_TOO_LONG,
    /** This call cannot get there: a SIP method on a leg that is not SIP. */
    IMPOSSIBLE;

    /** As agents and call events are told. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
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

  /** A call was sent to a destination. */
  public void routed(Destination.Method method) {
    meters.counter("callmesh.routing.transfers", "method", tag(method)).increment();
  }

  /** A destination did not take a call. */
  public void notTaken(NotTaken reason) {
    meters.counter("callmesh.routing.transfers.failed", "reason", tag(reason)).increment();
  }

  /** A step of a handoff's could not be told: its receipt is missing. */
  public void receiptLost(Receipt.Step step) {
    meters.counter("callmesh.routing.receipts.lost", "step", tag(step)).increment();
  }

  /** A call's outcome was none that is stored, but the one that its worker had offered. */
  public void offerTaken() {
    meters.counter("callmesh.routing.offers.taken").increment();
  }

  /** A document or a header named a variable that neither the call nor its handoff data has. */
  public void unknownVariable() {
    meters.counter("callmesh.routing.variables.unknown").increment();
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
