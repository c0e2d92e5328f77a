package io.callmesh.worker.session;

import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.worker.WorkerMetrics;
import io.vertx.core.eventbus.EventBus;

/** The way back to the ingress for one stream: numbers the frames and sends them. */
final class IngressStream {
  private final EventBus bus;
  private final String address;
  private final long streamKey;
  private final WorkerMetrics metrics;
  private int sequence;
  private long sentBytes;

  IngressStream(EventBus bus, OpenSession open, WorkerMetrics metrics) {
    this.bus = bus;
    this.address = open.ingressAddress();
    this.streamKey = open.streamKey();
    this.metrics = metrics;
  }

  void audio(byte[] mulaw) {
    metrics.frameToCaller();
    bus.send(address, new Frame(streamKey, FrameKind.AUDIO, sequence++, timestampMs(), mulaw));
    sentBytes += mulaw.length;
  }

  void mark(String wireName) {
    bus.send(address, Frame.signal(streamKey, FrameKind.MARK, sequence++, timestampMs(), wireName));
  }

  void clear() {
    bus.send(address, Frame.signal(streamKey, FrameKind.CLEAR, sequence++, timestampMs()));
  }

  /** Has the stream closed, which gives the call back to Twilio. */
  void end() {
    bus.send(address, Frame.signal(streamKey, FrameKind.END, sequence++, timestampMs()));
  }

  private long timestampMs() {
    return sentBytes / Frame.BYTES_PER_MS;
  }
}
