package io.callmesh.ingress.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.frame.Frame;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Numbers in, silence and counts out. Every frame of these streams is 20 ms long. */
class GapWatchTest {
  private static final int FRAME_MS = 20;

  private final GapWatch watch = new GapWatch();
  private long number;

  /** A frame with the next number; returns the ms of silence that belong before it. */
  private int frame(long timestampMs, long arrivalMs) {
    return frame(++number, timestampMs, arrivalMs);
  }

  private int frame(long sequenceNumber, long timestampMs, long arrivalMs) {
    int fill =
        watch.media(sequenceNumber, timestampMs, Frame.AUDIO_BYTES, arrivalMs * 1_000_000)
            / Frame.BYTES_PER_MS;
    assertThat(watch.place(fill * Frame.BYTES_PER_MS)).isNotNegative();
    return fill;
  }

  private long position() {
    return watch.place(Frame.AUDIO_BYTES);
  }

  /** A stretch of frames on time. */
  private void steady(int fromMs, int toMs) {
    for (int ms = fromMs; ms < toMs; ms += FRAME_MS) {
      assertThat(frame(ms, ms)).isZero();
      assertThat(position()).isEqualTo(ms);
    }
  }

  private long found(String name) {
    JsonObject record = new JsonObject();
    watch.addTo(record);
    return record.getLong(name);
  }

  @Test
  void findsNothingOnASteadyStream() {
    steady(0, 2_000);

    assertThat(found("gaps")).isZero();
    assertThat(found("lostMessages")).isZero();
    assertThat(found("clockTurns")).isZero();
    assertThat(found("jitterUs")).isZero();
    assertThat(found("lateFrames")).isZero();
  }

  @Test
  void takesALateStartForNormal() {
    assertThat(frame(5_000, 0)).isZero();
    assertThat(position()).isEqualTo(5_000);
    assertThat(frame(5_020, 20)).isZero();
    assertThat(position()).isEqualTo(5_020);
    assertThat(found("gaps")).isZero();
  }

  @Test
  void fillsAGapWithAsMuchSilence() {
    steady(0, 100);

    assertThat(frame(200, 200)).isEqualTo(100);
    assertThat(position()).isEqualTo(200);
    assertThat(found("gaps")).isEqualTo(1);
    assertThat(found("longestGapMs")).isEqualTo(100);
    assertThat(found("filledMs")).isEqualTo(100);
    assertThat(frame(220, 220)).isZero();
  }

  @Test
  void leavesOneFrameUnfilledAndTwoNot() {
    steady(0, 100);

    assertThat(frame(120, 120)).isZero();
    assertThat(frame(160, 160)).isEqualTo(40);
    assertThat(frame(180, 180)).isZero();
    assertThat(found("filledMs")).isEqualTo(40);
  }

  @Test
  void fillsNothingForFramesOfUnusualLength() {
    for (int ms = 0; ms < 1_000; ms += 30) {
      assertThat(watch.media(0, ms, 30 * Frame.BYTES_PER_MS, ms * 1_000_000L)).isZero();
    }
    assertThat(found("gaps")).isZero();
    assertThat(found("clockTurns")).isZero();
  }

  @Test
  void doesNotFillWhenTheGapIsMadeUpForByAnOverlap() {
    steady(0, 100);

    assertThat(frame(90, 100)).isZero();
    assertThat(frame(100, 120)).isZero();
    assertThat(frame(120, 140)).isZero();
    assertThat(frame(160, 160)).isZero();
    assertThat(found("gaps")).isZero();
  }

  @Test
  void fillsNoMoreThanTenSecondsAndCountsTheRest() {
    steady(0, 100);

    assertThat(frame(60_100, 60_100)).isEqualTo(GapWatch.MAX_FILL_MS);
    assertThat(position()).isEqualTo(60_100);
    assertThat(found("skippedMs")).isEqualTo(50_000);
    assertThat(frame(60_120, 60_120)).isZero();
    assertThat(position()).isEqualTo(60_120);
  }

  @Test
  void passesOverSilenceThatWasNotSent() {
    steady(0, 100);

    assertThat(watch.media(0, 200, Frame.AUDIO_BYTES, 200_000_000L)).isEqualTo(800);
    watch.unfilled(800);
    assertThat(position()).isEqualTo(200);
    assertThat(found("filledMs")).isZero();
    assertThat(found("skippedMs")).isEqualTo(100);
  }

  @Test
  void doesNotBelieveAudioFromTheFuture() {
    steady(0, 100);

    assertThat(frame(9_000, 100)).isZero();
    assertThat(position()).isEqualTo(100);
    assertThat(frame(120, 120)).isZero();
    assertThat(position()).isEqualTo(120);
    assertThat(found("clockTurns")).isEqualTo(1);
    assertThat(found("gaps")).isZero();
  }

  @Test
  void passesOverOneStampThatIsMissing() {
    steady(0, 2_000);

    assertThat(frame(0, 2_000)).isZero();
    assertThat(frame(2_020, 2_020)).isZero();
    assertThat(frame(2_040, 2_040)).isZero();
    assertThat(found("clockTurns")).isEqualTo(1);
    assertThat(found("filledMs")).isZero();
  }

  @Test
  void followsAClockThatBeganAgain() {
    steady(0, 2_000);

    assertThat(frame(0, 2_000)).isZero();
    assertThat(position()).isEqualTo(2_000);
    assertThat(frame(20, 2_020)).isZero();
    assertThat(position()).isEqualTo(2_020);
    assertThat(frame(40, 2_040)).isZero();
    assertThat(frame(140, 2_140)).isEqualTo(80);
    assertThat(found("clockTurns")).isEqualTo(2);
  }

  @Test
  void survivesNumbersBeyondAllSense() {
    steady(0, 100);

    for (long nonsense : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, -1, 1L << 41}) {
      assertThat(frame(nonsense, nonsense, 100)).isZero();
    }
    assertThat(found("lostMessages")).isZero();
    assertThat(found("clockTurns")).isZero();
    assertThat(frame(180, 180)).isZero();
  }

  @Test
  void countsMessagesThatNeverCame() {
    assertThat(frame(2, 0, 0)).isZero();
    watch.message(); // a key, which has number 3
    assertThat(frame(4, 20, 20)).isZero();
    assertThat(frame(8, 40, 40)).isZero();

    assertThat(found("lostMessages")).isEqualTo(3);
    assertThat(found("outOfSequence")).isZero();
  }

  @Test
  void countsNumbersThatComeTwice() {
    assertThat(frame(2, 0, 0)).isZero();
    assertThat(frame(2, 20, 20)).isZero();
    assertThat(frame(3, 40, 40)).isZero();

    assertThat(found("outOfSequence")).isEqualTo(1);
    assertThat(found("lostMessages")).isZero();
  }

  @Test
  void takesMissingNumbersAsTheyAre() {
    for (int ms = 0; ms < 200; ms += FRAME_MS) {
      assertThat(frame(0, ms, ms)).isZero();
    }
    assertThat(found("lostMessages")).isZero();
    assertThat(found("outOfSequence")).isZero();
  }

  @Test
  void countsFramesThatAreLate() {
    steady(0, 1_000);

    assertThat(frame(1_000, 1_100)).isZero(); // as late as may be
    assertThat(frame(1_020, 1_121)).isZero();
    assertThat(frame(1_040, 1_340)).isZero();
    assertThat(frame(1_060, 1_060 + 20)).isZero();

    assertThat(found("lateFrames")).isEqualTo(2);
    assertThat(found("latestMs")).isEqualTo(299);
  }

  @Test
  void reckonsLatenessFromTheQuickestFrame() {
    assertThat(frame(0, 500)).isZero(); // the stream's beginning was slow
    assertThat(frame(20, 510)).isZero();
    assertThat(frame(40, 40)).isZero();
    assertThat(frame(60, 180)).isZero();

    assertThat(found("lateFrames")).isEqualTo(1);
  }

  @Test
  void givesWayToClocksThatDriftApart() {
    for (int second = 0; second < 4 * 3_600; second++) {
      long ms = second * 1_000L;
      long drifted = ms + ms / 20_000; // 50 ppm
      assertThat(watch.media(0, ms, 1_000 * Frame.BYTES_PER_MS, drifted * 1_000_000)).isZero();
    }
    assertThat(found("lateFrames")).isZero();
  }

  @Test
  void smoothsJitterAsRfc3550Does() {
    assertThat(frame(0, 0)).isZero();
    assertThat(frame(20, 36)).isZero(); // 16 ms uneven: a sixteenth of that
    assertThat(found("jitterUs")).isEqualTo(1_000);
    for (int i = 2; i < 500; i++) {
      assertThat(frame(20L * i, 20L * i + (i % 2 == 0 ? 0 : 16))).isZero();
    }
    assertThat(found("jitterUs")).isBetween(15_900L, 16_100L);
  }
}
