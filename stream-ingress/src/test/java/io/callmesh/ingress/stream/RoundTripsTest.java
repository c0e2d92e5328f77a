package io.callmesh.ingress.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.frame.Frame;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class RoundTripsTest {
  private static final long MS = 1_000_000;

  private final RoundTrips trips = new RoundTrips();
  private long now = 5_000 * MS;

  private static byte[] name(String text) {
    return text.getBytes(UTF_8);
  }

  private void pass(long ms) {
    now += ms * MS;
  }

  private void mark(String name) {
    trips.mark(name(name), now);
  }

  private long returned(String name) {
    return trips.returned(name(name), now);
  }

  @Test
  void timesAMarkThatHasNoAudioBeforeIt() {
    mark("0:a");
    pass(30);

    assertThat(returned("0:a")).isEqualTo(30 * MS);
    assertThat(trips.marks())
        .isEqualTo(
            new JsonObject()
                .put("count", 1L)
                .put("minUs", 30_000L)
                .put("meanUs", 30_000L)
                .put("maxUs", 30_000L));
  }

  @Test
  void doesNotCountTheAudioBeforeAMark() {
    for (int i = 0; i < 10; i++) {
      trips.audio(Frame.AUDIO_BYTES, now);
    }
    mark("0:a");
    pass(220);

    assertThat(returned("0:a")).isEqualTo(20 * MS);
  }

  @Test
  void reckonsWithAudioThatHasBeenPlayedMeanwhile() {
    trips.audio(Frame.AUDIO_BYTES, now);
    pass(1_000);
    trips.audio(Frame.AUDIO_BYTES, now);
    mark("0:a");
    pass(25);

    assertThat(returned("0:a")).isEqualTo(5 * MS);
  }

  @Test
  void takesAMarkThatIsEarlyForOnTime() {
    trips.audio(Frame.AUDIO_BYTES, now);
    mark("0:a");

    assertThat(returned("0:a")).isZero();
  }

  @Test
  void findsMarksInWhateverOrderTheyComeBack() {
    mark("0:a");
    mark("0:b");
    mark("0:c");
    pass(10);

    assertThat(returned("0:b")).isEqualTo(10 * MS);
    assertThat(returned("0:x")).isEqualTo(RoundTrips.NOTHING);
    assertThat(returned("0:c")).isEqualTo(10 * MS);
    assertThat(returned("0:a")).isEqualTo(10 * MS);
    assertThat(returned("0:a")).isEqualTo(RoundTrips.NOTHING);
  }

  @Test
  void followsNoMoreMarksThanItHasRoomFor() {
    for (int i = 0; i < 17; i++) {
      mark("0:" + i);
    }
    assertThat(returned("0:16")).isEqualTo(RoundTrips.NOTHING);
    assertThat(returned("0:15")).isZero();
    mark("0:17");
    assertThat(returned("0:17")).isZero();
  }

  @Test
  void isQuietWhenTheMarksBeforeTheClearAreBack() {
    mark("0:a");
    mark("0:b");
    assertThat(trips.clear(now)).isFalse();
    mark("1:c");
    pass(40);
    assertThat(returned("0:a")).isEqualTo(RoundTrips.NOTHING);
    assertThat(trips.clears()).isEqualTo(new JsonObject().put("count", 0L));
    pass(5);

    assertThat(returned("0:b")).isEqualTo(RoundTrips.NOTHING);
    assertThat(trips.clears().getLong("maxUs")).isEqualTo(45_000);
    assertThat(trips.marks().getLong("count")).isZero();
    assertThat(returned("1:c")).isEqualTo(45 * MS);
  }

  @Test
  void asksForAMarkOfItsOwnWhenNoneIsOutstanding() {
    trips.audio(50 * Frame.AUDIO_BYTES, now);
    assertThat(trips.clear(now)).isTrue();
    assertThat(trips.clear(now)).as("one is on its way already").isFalse();
    pass(60);

    assertThat(returned(RoundTrips.QUIET)).isEqualTo(RoundTrips.NOTHING);
    assertThat(trips.clears().getLong("maxUs")).isEqualTo(60_000);
    assertThat(trips.clear(now)).isTrue();
  }

  @Test
  void timesTheFirstOfTwoClearsUntilAllMarksAreBack() {
    mark("0:a");
    assertThat(trips.clear(now)).isFalse();
    pass(30);
    assertThat(trips.clear(now)).isFalse();
    pass(10);

    assertThat(returned("0:a")).isEqualTo(RoundTrips.NOTHING);
    assertThat(trips.clears().getLong("maxUs")).isEqualTo(40_000);
  }

  @Test
  void doesNotWaitForEverForAMarkThatIsLost() {
    mark("0:a");
    assertThat(trips.clear(now)).isFalse();
    pass(10_001);
    assertThat(trips.clear(now)).isTrue();
    pass(20);

    assertThat(returned(RoundTrips.QUIET)).isEqualTo(RoundTrips.NOTHING);
    assertThat(trips.clears().getLong("maxUs")).isEqualTo(20_000);
  }

  @Test
  void makesRoomForMarksWhenThoseItFollowsAreLost() {
    for (int i = 0; i < 16; i++) {
      mark("0:" + i);
    }
    pass(10_001);
    mark("0:16");

    assertThat(returned("0:16")).isZero();
  }

  @Test
  void forgetsAtAClearWhatWasStillToBePlayed() {
    trips.audio(500 * Frame.AUDIO_BYTES, now);
    assertThat(trips.clear(now)).isTrue();
    mark("1:a");
    pass(50);

    assertThat(returned("1:a")).isEqualTo(50 * MS);
  }
}
