package io.callmesh.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlayoutTest {
  private static final long MS = 1_000_000;

  private final List<String> out = new ArrayList<>();
  private long now = 5 * MS;
  private final Playout playout = new Playout(new Recorder(), () -> now, 1_000, 3_000);

  @Test
  void sendsRealTimeAudioAtOnceAndNeedsNoTimer() {
    for (int i = 0; i < 500; i++) {
      playout.audio(new byte[160]);
      now += 20 * MS;
    }

    assertThat(count("audio 160")).isEqualTo(500);
    assertThat(playout.napMs()).isEqualTo(-1);
  }

  @Test
  void keepsNoMoreThanTheLeadAheadOfTheEar() {
    speak(2_000);
    assertThat(count("audio 160")).isEqualTo(50);
    assertThat(playout.bufferedMs()).isEqualTo(2_000);

    now += 100 * MS;
    playout.release();
    assertThat(count("audio 160")).isEqualTo(55);
  }

  @Test
  void asksToBeWokenWhenSeveralFramesAreDue() {
    speak(2_000);
    assertThat(playout.napMs()).isEqualTo(100);

    now += 60 * MS;
    assertThat(playout.napMs()).isEqualTo(40);
    now += 500 * MS;
    assertThat(playout.napMs()).isEqualTo(1);
  }

  @Test
  void playsEverythingInTheEnd() {
    speak(2_500);
    assertThat(playout.mark("end")).isTrue();
    for (int i = 0; i < 30 && playout.napMs() >= 0; i++) {
      now += playout.napMs() * MS;
      playout.release();
    }

    assertThat(count("audio 160")).isEqualTo(125);
    assertThat(out).last().isEqualTo("mark 0:end");
    assertThat(playout.napMs()).isEqualTo(-1);
  }

  @Test
  void keepsMarksInOrderWithAudio() {
    speak(40);
    assertThat(playout.mark("a")).isTrue();
    speak(20);
    assertThat(playout.mark("b")).isTrue();

    assertThat(out).containsExactly("audio 160", "audio 160", "mark 0:a", "audio 160", "mark 0:b");
  }

  @Test
  void holdsAMarkBackBehindWaitingAudio() {
    speak(1_020);
    assertThat(playout.mark("a")).isTrue();
    assertThat(out).doesNotContain("mark 0:a");

    now += 20 * MS;
    playout.release();
    assertThat(out).endsWith("audio 160", "mark 0:a");
  }

  @Test
  void answersAReturnedMarkWithTheExactLengthOfItsUtterance() {
    speak(300);
    assertThat(playout.mark("a")).isTrue();
    playout.audio(new byte[100]);
    assertThat(playout.mark("b")).isTrue();
    out.clear();

    playout.returned("0:a");
    playout.returned("0:b");
    playout.returned("0:b");

    assertThat(out).containsExactly("a played 300", "b played 12");
  }

  /** How an interrupted utterance is measured whose end has not come yet. */
  @Test
  void tellsHowMuchWasHeardOfWhatIsMarkedOnlyToBeCleared() {
    speak(300);
    assertThat(playout.mark("a")).isTrue();
    speak(2_000); // of which 1300 wait
    now += 310 * MS;
    playout.returned("0:a"); // played 10 ms later than it was thought to be
    now += 450 * MS;
    out.clear();

    assertThat(playout.mark("b")).isTrue();
    playout.clear();

    assertThat(out).containsExactly("clear", "b cleared 450");
  }

  @Test
  void tellsOnClearHowMuchWasHeard() {
    speak(300);
    assertThat(playout.mark("a")).isTrue();
    speak(400);
    assertThat(playout.mark("b")).isTrue();
    speak(500); // 1000 ms in all went out, 200 wait
    assertThat(playout.mark("c")).isTrue();
    speak(500);
    assertThat(playout.mark("d")).isTrue();
    out.clear();

    now += 450 * MS;
    playout.clear();

    assertThat(out)
        .containsExactly("clear", "a cleared 300", "b cleared 150", "c cleared 0", "d cleared 0");
    assertThat(playout.bufferedMs()).isZero();
    assertThat(playout.napMs()).isEqualTo(-1);
  }

  @Test
  void countsOnlyWhatWasSentOfAnUtteranceCutWhileItWaited() {
    speak(1_500);
    assertThat(playout.mark("a")).isTrue();
    now += 700 * MS;
    out.clear();

    playout.clear();

    assertThat(out).containsExactly("clear", "a cleared 700");
  }

  @Test
  void ignoresMarksOfAnEarlierEpoch() {
    speak(100);
    assertThat(playout.mark("a")).isTrue();
    playout.clear();
    speak(40);
    assertThat(playout.mark("a")).isTrue();
    out.clear();

    playout.returned("0:a");
    assertThat(out).isEmpty();
    playout.returned("1:a");
    assertThat(out).containsExactly("a played 40");
  }

  @Test
  void measuresTheNextUtteranceFromTheClear() {
    speak(600);
    now += 200 * MS;
    playout.clear();
    speak(100);
    assertThat(playout.mark("a")).isTrue();
    now += 50 * MS;
    out.clear();

    playout.clear();

    assertThat(out).containsExactly("clear", "a cleared 50");
  }

  @Test
  void correctsItsEstimateWithEveryMarkThatComesBack() {
    speak(200);
    assertThat(playout.mark("a")).isTrue();
    speak(200);
    assertThat(playout.mark("b")).isTrue();
    now += 350 * MS; // Twilio began 150 ms late
    playout.returned("0:a");
    now += 50 * MS;
    out.clear();

    playout.clear();

    assertThat(out).containsExactly("clear", "b cleared 50");
  }

  @Test
  void dropsTheOldestAudioButNoMarkWhenTooMuchWaits() {
    speak(1_000);
    assertThat(playout.mark("a")).isTrue();
    speak(20);
    assertThat(playout.mark("b")).isTrue();
    speak(3_020);

    assertThat(count("overflow 160")).isEqualTo(2);
    assertThat(playout.bufferedMs()).isEqualTo(4_000);
    now += 20 * MS;
    playout.release();
    assertThat(out).contains("mark 0:b");
  }

  @Test
  void refusesMoreMarksThanItMayKeep() {
    for (int i = 0; i < Playout.MAX_MARKS; i++) {
      assertThat(playout.mark("m" + i)).isTrue();
    }
    assertThat(playout.mark("one more")).isFalse();

    playout.returned("0:m0");
    assertThat(playout.mark("one more")).isTrue();
  }

  @Test
  void dropsItsOwnQueueBeforeItAsksTwilioTo() {
    speak(1_500);
    out.clear();

    playout.clear();
    now += 2_000 * MS;
    playout.release();

    assertThat(out).containsExactly("clear");
    assertThat(playout.waitingBytes()).isZero();
  }

  @Test
  void sendsAtOnceWhatIsSaidAfterAClear() {
    speak(2_000);
    playout.clear();
    out.clear();

    speak(100);

    assertThat(count("audio 160")).isEqualTo(5);
  }

  /** Twilio sends cleared marks back at its leisure, among those of the next utterance. */
  @Test
  void tellsLateMarksOfAnEarlierEpochFromThoseOfThisOne() {
    speak(100);
    assertThat(playout.mark("a")).isTrue();
    playout.clear();
    speak(100);
    assertThat(playout.mark("b")).isTrue();
    playout.clear();
    speak(60);
    assertThat(playout.mark("a")).isTrue();
    out.clear();

    playout.returned("0:a");
    playout.returned("1:b");
    playout.returned("2:b");
    playout.returned("no epoch");
    playout.returned("");
    playout.returned("2:a");

    assertThat(out).containsExactly("a played 60");
  }

  @Test
  void neverHeardMoreThanWasSaid() {
    speak(400);
    assertThat(playout.mark("a")).isTrue();
    now += 5_000 * MS;
    out.clear();

    playout.clear();

    assertThat(out).containsExactly("clear", "a cleared 400");
  }

  @Test
  void countsPausesOfTheAgentForNothingHeard() {
    speak(100);
    now += 3_000 * MS;
    speak(400);
    assertThat(playout.mark("a")).isTrue();
    now += 150 * MS;
    out.clear();

    playout.clear();

    assertThat(out).containsExactly("clear", "a cleared 250");
  }

  @Test
  void answersMarksOfNothingInOrder() {
    assertThat(playout.mark("a")).isTrue();
    assertThat(playout.mark("b")).isTrue();
    out.clear();

    playout.returned("0:a");
    playout.clear();

    assertThat(out).containsExactly("a played 0", "clear", "b cleared 0");
  }

  @Test
  void neverGetsMoreThanTheLeadAheadHoweverItIsFed() {
    Random random = new Random(7);
    long sentMs = 0;
    long begun = now;
    for (int i = 0; i < 2_000; i++) {
      speak(20 * random.nextInt(5));
      now += random.nextInt(60) * MS;
      playout.release();
      sentMs = count("audio 160") * 20;
      assertThat(sentMs - (now - begun) / MS).isLessThanOrEqualTo(1_000);
    }
    assertThat(sentMs).isGreaterThan(40_000);
  }

  private void speak(int ms) {
    for (int done = 0; done < ms; done += 20) {
      playout.audio(new byte[160]);
    }
  }

  private long count(String what) {
    return out.stream().filter(what::equals).count();
  }

  private final class Recorder implements Playout.Sink {
    @Override
    public void audio(byte[] mulaw) {
      out.add("audio " + mulaw.length);
    }

    @Override
    public void mark(String wireName) {
      out.add("mark " + wireName);
    }

    @Override
    public void clear() {
      out.add("clear");
    }

    @Override
    public void answered(String name, boolean played, long heardMs) {
      out.add(name + (played ? " played " : " cleared ") + heardMs);
    }

    @Override
    public void overflowed(long bytes) {
      out.add("overflow " + bytes);
    }
  }
}
