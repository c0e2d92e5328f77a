package io.callmesh.worker.session;

import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.runtime.bus.FrameBus;
import io.callmesh.worker.WorkerMetrics;

/** The way back to the ingress for one stream: numbers the frames and sends them. */
final class IngressStream {
  private final FrameBus.Road road;
  private final long streamKey;
  private final WorkerMetrics metrics;
  private int sequence;
  private long sentBytes;

  IngressStream(FrameBus frames, OpenSession open, WorkerMetrics metrics) {
    this.road = frames.to(open.ingressAddress());
    this.streamKey = open.streamKey();
    this.metrics = metrics;
  }

  void audio(byte[] mulaw) {
    metrics.frameToCaller();
    road.send(new Frame(streamKey, FrameKind.AUDIO, sequence++, timestampMs(), mulaw));
    sentBytes += mulaw.length;
  }

  void mark(String wireName) {
    road.send(Frame.signal(streamKey, FrameKind.MARK, sequence++, timestampMs(), wireName));
  }

  void clear() {
    road.send(Frame.signal(streamKey, FrameKind.CLEAR, sequence++, timestampMs()));
  }

  /** Has the stream closed, which gives the call back to Twilio. */
  void end() {
    road.send(Frame.signal(streamKey, FrameKind.END, sequence++, timestampMs()));
  }

  private long timestampMs() {
    return sentBytes / Frame.BYTES_PER_MS;
  }
}
