package io.callmesh.simulator.conformance;

import io.callmesh.contracts.security.Secret;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * On what terms a server is tested.
 *
 * @param accountSid of {@code start}
 * @param authToken signs the handshakes; null when they are not signed
 * @param expected what the server does with audio; null to find out
 * @param speech said to a server that does not echo, 8 kHz samples
 * @param clearKey the key after which the server may send {@code clear}
 * @param patience how long anything may take
 * @param pause how long the slow reader does not read
 * @param insecure whether any certificate will do
 * @param parallel how many checks run at a time
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of these
public record Terms(
    String accountSid,
    @Nullable Secret authToken,
    @Nullable Answering expected,
    short[] speech,
    String clearKey,
    Duration patience,
    Duration pause,
    boolean insecure,
    int parallel) {
  public Terms {
    if (parallel < 1 || parallel > 64) {
      throw new IllegalArgumentException("parallel must be 1..64, was " + parallel);
    }
    if (patience.isZero() || patience.isNegative() || patience.toSeconds() > 60) {
      throw new IllegalArgumentException("patience must be more than 0 and at most 60 s");
    }
  }
}
