package io.callmesh.worker.audio;

import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A frame of 20 ms through G.711. */
@State(Scope.Thread)
public class G711Benchmark {
  private final byte[] codes = new byte[160];
  private final short[] samples = new short[160];
  private final byte[] encoded = new byte[160];
  private final short[] decoded = new short[160];

  /** Any codes, and samples as loud as speech. */
  public G711Benchmark() {
    Random random = new Random(1);
    random.nextBytes(codes);
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (random.nextGaussian() * 3_000);
    }
  }

  /** To linear samples. */
  @Benchmark
  public short[] decodeMulaw() {
    G711.decodeMulaw(codes, 0, decoded, 160);
    return decoded;
  }

  /** From linear samples. */
  @Benchmark
  public byte[] encodeMulaw() {
    G711.encodeMulaw(samples, encoded, 0, 160);
    return encoded;
  }
}
