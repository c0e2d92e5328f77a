package io.callmesh.contracts.frame;

import io.vertx.core.buffer.Buffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A frame of 20 ms between two nodes: to the wire and from it. */
@State(Scope.Thread)
public class FrameCodecBenchmark {
  private final Frame frame =
      new Frame(0x1234_5678_9abc_def0L, FrameKind.AUDIO, 77, 1_540, new byte[Frame.AUDIO_BYTES]);
  private final Buffer wire = encoded();

  /** With the buffer that it needs. */
  @Benchmark
  public Buffer encode() {
    return encoded();
  }

  /** With the payload that it makes. */
  @Benchmark
  public Frame decode() {
    return FrameCodec.INSTANCE.decodeFromWire(0, wire);
  }

  private Buffer encoded() {
    Buffer buffer = Buffer.buffer(FrameCodec.HEADER_BYTES + Frame.AUDIO_BYTES);
    FrameCodec.INSTANCE.encodeToWire(buffer, frame);
    return buffer;
  }
}
