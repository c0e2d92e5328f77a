package io.callmesh.simulator.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.audio.MuLaw;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PlaybackBufferTest {
  private final PlaybackBuffer playback = new PlaybackBuffer();
  private final byte[] heard = new byte[160];

  @Test
  void playsWhatCameInOrderWhateverTheSizeOfTheMessages() {
    byte[] audio = new byte[50_000];
    for (int i = 0; i < audio.length; i++) {
      audio[i] = (byte) (i % 251);
    }
    for (int at = 0, size = 1; at < audio.length; at += size, size = size % 997 + 13) {
      playback.media(Arrays.copyOfRange(audio, at, Math.min(audio.length, at + size)));
    }
    byte[] all = new byte[audio.length / 160 * 160];
    for (int at = 0; at < all.length; at += 160) {
      playback.play(heard);
      System.arraycopy(heard, 0, all, at, 160);
    }

    assertThat(all).isEqualTo(Arrays.copyOf(audio, all.length));
  }

  @Test
  void keepsOrderWhenAudioComesWhileItPlays() {
    byte next = 0;
    byte expected = 0;
    for (int round = 0; round < 2_000; round++) {
      byte[] message = new byte[round % 40 * 8];
      for (int i = 0; i < message.length; i++) {
        message[i] = next++;
      }
      playback.media(message);
      long before = playback.playedMs();
      playback.play(heard);
      int count = (int) (playback.playedMs() - before) * 8;
      for (int i = 0; i < count; i++) {
        assertThat(heard[i]).isEqualTo(expected++);
      }
    }

    assertThat(playback.playedMs()).isGreaterThan(30_000);
  }

  @Test
  void playsSilenceWhenNothingIsThere() {
    playback.media(new byte[] {1, 2});
    playback.play(heard);

    assertThat(heard[1]).isEqualTo((byte) 2);
    assertThat(heard[2]).isEqualTo(MuLaw.SILENCE);
    assertThat(heard[159]).isEqualTo(MuLaw.SILENCE);
  }

  @Test
  void returnsMarkOnlyWhenAudioBeforeItHasPlayed() {
    playback.media(new byte[161]);
    assertThat(playback.mark("a")).isTrue();
    playback.media(new byte[160]);
    assertThat(playback.mark("b")).isTrue();

    assertThat(playback.dueMarks()).isEmpty();
    playback.play(heard);
    assertThat(playback.dueMarks()).isEmpty();
    playback.play(heard);
    assertThat(playback.dueMarks()).containsExactly("a");
    playback.play(heard);
    assertThat(playback.dueMarks()).containsExactly("b");
  }

  @Test
  void returnsMarkAtOnceWhenNothingIsLeft() {
    assertThat(playback.mark("now")).isTrue();

    assertThat(playback.dueMarks()).containsExactly("now");
  }

  @Test
  void clearDropsAudioAndReturnsAllMarks() {
    playback.media(new byte[1_600]);
    assertThat(playback.mark("a")).isTrue();
    playback.media(new byte[1_600]);
    assertThat(playback.mark("b")).isTrue();
    playback.play(heard);

    assertThat(playback.clear()).containsExactly("a", "b");
    assertThat(playback.waitingMs()).isZero();
    assertThat(playback.playedMs()).isEqualTo(20);
    playback.media(new byte[] {7});
    playback.play(heard);
    assertThat(heard[0]).isEqualTo((byte) 7);
  }

  @Test
  void holdsTenMinutesAndCountsWhatIsBeyond() {
    playback.media(new byte[PlaybackBuffer.CAPACITY - 8]);
    playback.media(new byte[8 + 80]);

    assertThat(playback.waitingMs()).isEqualTo(600_000);
    assertThat(playback.droppedMs()).isEqualTo(10);
  }

  @Test
  void refusesMarksBeyondItsBound() {
    playback.media(new byte[1]);
    boolean taken = true;
    int marks = 0;
    while (taken) {
      taken = playback.mark("m");
      marks++;
    }

    assertThat(marks).isEqualTo(10_001);
  }
}
