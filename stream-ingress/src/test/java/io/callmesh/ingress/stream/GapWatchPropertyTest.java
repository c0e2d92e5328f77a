package io.callmesh.ingress.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.frame.Frame;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the numbers say, the agent's clock goes on, and no stamp brings it far ahead. */
class GapWatchPropertyTest {
  private static final long SLACK_MS = 2_000;

  record Audio(long number, long timestampMs, int bytes, long afterMs) {}

  @Property
  void fillsWithEachFrameLittleMoreThanTheTimeThatPassed(@ForAll("streams") List<Audio> stream) {
    GapWatch watch = new GapWatch();
    long nowMs = 0;
    long silenceMs = 0;
    long position = Long.MIN_VALUE;
    for (Audio audio : stream) {
      nowMs += audio.afterMs;
      int fill = watch.media(audio.number, audio.timestampMs, audio.bytes, nowMs * 1_000_000);
      silenceMs += fill / Frame.BYTES_PER_MS;
      assertThat(fill).isBetween(0, GapWatch.MAX_FILL_MS * Frame.BYTES_PER_MS);
      for (int bytes : new int[] {fill, audio.bytes}) {
        long next = watch.place(bytes);
        assertThat(next).isGreaterThanOrEqualTo(position);
        position = next;
      }
    }
    assertThat(silenceMs).isLessThanOrEqualTo(nowMs + SLACK_MS * stream.size());
  }

  @Provide
  Arbitrary<List<Audio>> streams() {
    Arbitrary<Long> stamps =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, 20_000),
            Arbitraries.longs(),
            Arbitraries.of(0L, Long.MAX_VALUE, Long.MIN_VALUE));
    Arbitrary<Audio> audio =
        Combinators.combine(
                Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.longs().between(0, 100)),
                stamps,
                Arbitraries.integers().between(0, 48_000),
                Arbitraries.longs().between(0, 15_000))
            .as(Audio::new);
    return audio.list().ofMaxSize(60);
  }
}
