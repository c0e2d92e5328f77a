package io.callmesh.contracts.bus;

/**
 * Event-bus addresses. One address per verticle instance, never per call: what the cluster must
 * agree on grows with the number of pods (design.md, "Audio on the event bus").
 */
public final class Addresses {
  /** Published once a second by every worker instance: {@code WorkerPresence}. */
  public static final String WORKER_PRESENCE = "worker.presence";

  /** Published by an ingress that starts: every worker answers with its presence at once. */
  public static final String WORKER_ROLL_CALL = "worker.roll-call";

  /** Published by the ingress that admitted a stream, to all of them: {@code StreamAdmitted}. */
  public static final String STREAM_ADMITTED = "ingress.stream-admitted";

  /** Request: store an {@code Outcome}; the reply means that Kafka has it. */
  public static final String HANDOFF_STORE = "handoff.store";

  /** Request: the outcome of a call, by {@code FindOutcome}. */
  public static final String HANDOFF_FIND = "handoff.find";

  /**
   * Published by a worker whose {@code Outcome} could not be stored in time: all who answer for
   * outcomes keep it for a while, and handoff-service stores it when it can.
   */
  public static final String HANDOFF_OFFER = "handoff.offer";

  /** Sent, answered when stored: steps for a {@code ReceiptChain}. */
  public static final String HANDOFF_RECEIPT = "handoff.receipt";

  /**
   * Published by whoever wants to follow a session: {@code WatchSession}. The worker that has it
   * answers with {@code SessionNews} to the address in it; the others are silent.
   */
  public static final String WORKER_WATCH = "worker.watch";

  /**
   * Published by whoever must know where a call is: {@code FindSession}. The worker that has the
   * call's session answers with {@code SessionFound} to the address in it; the others are silent.
   */
  public static final String WORKER_FIND = "worker.find";

  private Addresses() {}

  /** Where one ingress instance takes frames for all its streams. */
  public static String ingressFrames(String instance) {
    return "ingress.frames@" + instance;
  }

  /** Where one worker instance takes frames for all its sessions. */
  public static String workerFrames(String instance) {
    return "worker.frames@" + instance;
  }

  /** Where one worker instance takes {@code OpenSession} requests. */
  public static String workerOpen(String instance) {
    return "worker.open@" + instance;
  }

  /** Where one handoff-service instance takes {@code SessionNews}. */
  public static String handoffNews(String instance) {
    return "handoff.news@" + instance;
  }

  /** Where one routing instance takes {@code SessionFound}. */
  public static String routingFound(String instance) {
    return "routing.found@" + instance;
  }
}
