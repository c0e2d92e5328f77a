package io.callmesh.simulator.twilio;

import org.jspecify.annotations.Nullable;

/**
 * Hears what happens in a call while it happens. Called on the call's context, so it must not
 * block; times are milliseconds since the stream began.
 */
public interface CallListener {
  /**
   * A webhook is being requested.
   *
   * @param kind {@code voice}, {@code connect-action}, {@code dial-action}, {@code refer-action},
   *     {@code enqueue-wait}, {@code enqueue-action}, {@code redirect}, or {@code update} for a
   *     document that the mesh gave through the REST API
   * @param url as it is signed
   */
  default void onWebhook(String kind, String url) {}

  /**
   * A webhook was answered.
   *
   * @param kind as before
   * @param document the TwiML as received
   */
  default void onTwiml(String kind, String document) {}

  /**
   * A verb is about to be run.
   *
   * @param verb its name, with its noun as in {@code Connect/Stream}
   */
  default void onVerb(String verb) {}

  /** The mesh accepted the stream. */
  default void onStreamOpened(String streamSid) {}

  /** The mesh did not accept the stream; the call goes on with the next verb. */
  default void onStreamRefused(String streamSid, String error) {}

  /** The caller says something: at its start, every 100 ms, and at its end. */
  default void onCallerSpeaking(long playedMs, long totalMs) {}

  /** The caller pressed a key. */
  default void onDigit(char digit) {}

  /** The agent begins to be heard, after at least half a second of silence. */
  default void onAgentSpeaking(long streamMs) {}

  /** The agent has not been heard for half a second. */
  default void onAgentQuiet(long streamMs) {}

  /**
   * A mark goes back to the mesh.
   *
   * @param played false when a {@code clear} sent it back
   */
  default void onMark(String name, boolean played) {}

  /** The mesh cleared what had not been played. */
  default void onClear() {}

  /** Time passes on a stream; about every 100 ms. */
  default void onProgress(long streamMs, boolean callerSpeaking, boolean agentSpeaking) {}

  /**
   * The stream is over.
   *
   * @param code the mesh's close code, 1006 when the socket broke; null when the caller left
   */
  default void onStreamClosed(@Nullable Integer code, @Nullable String reason) {}

  /**
   * A status callback was answered.
   *
   * @param kind {@code stream-started}, {@code stream-stopped}, {@code stream-error}, {@code
   *     enqueue-action} of a caller who hung up in the queue, or {@code call-completed}
   * @param status of the answer; 0 when there was none
   */
  default void onCallback(String kind, int status) {}

  /** The caller was sent somewhere by {@code <Dial>} or {@code <Refer>}. */
  default void onTransfer(Transfer transfer) {}

  /**
   * A transfer is over.
   *
   * @param status {@code completed}, {@code busy}, …; of a REFER {@code in-progress} when it went
   *     well, null when Twilio tells none
   */
  default void onTransferEnded(Transfer transfer, @Nullable String status) {}

  /** The caller waits for a person. */
  default void onEnqueued(Enqueued enqueued) {}

  /** The caller's time in a queue is over, or the call with it. */
  default void onQueueLeft(QueueReport queue) {}

  /** The mesh changes the running call through the REST API. */
  default void onUpdated() {}

  /** The call goes back into its Studio flow. */
  default void onReturnedToStudio(StudioReturn studio) {}

  /** The call is over. */
  default void onEnd(CallEnd end) {}
}
