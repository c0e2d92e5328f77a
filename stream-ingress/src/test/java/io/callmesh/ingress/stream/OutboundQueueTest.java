package io.callmesh.ingress.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboundQueueTest {

  private final OutboundQueue queue = new OutboundQueue(100);
  private int sequence;

  @Test
  void givesFramesInTheirOrder() {
    assertThat(queue.add(audio(20)) + queue.add(signal(FrameKind.MARK)) + queue.add(audio(20)))
        .isZero();

    assertThat(numbers()).containsExactly(0, 1, 2);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.poll()).isNull();
  }

  @Test
  void dropsTheOldestAudioBeyondItsBoundAndKeepsSignalsInPlace() {
    int dropped = queue.add(signal(FrameKind.MARK));
    for (int i = 0; i < 7; i++) {
      dropped += queue.add(audio(20));
    }
    dropped += queue.add(signal(FrameKind.END));

    assertThat(dropped).isEqualTo(40);
    assertThat(numbers()).containsExactly(0, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void makesRoomAgainAsItIsEmptied() {
    for (int i = 0; i < 50; i++) {
      assertThat(queue.add(audio(20))).isZero();
      assertThat(queue.poll()).isNotNull();
    }
  }

  @Test
  void dropsAudioButNoSignalBeforeAClear() {
    assertThat(
            queue.add(audio(20))
                + queue.add(signal(FrameKind.MARK))
                + queue.add(audio(20))
                + queue.add(signal(FrameKind.CLEAR))
                + queue.add(audio(100)))
        .isZero();

    assertThat(numbers()).containsExactly(1, 3, 4);
  }

  @Test
  void takesNoPieceThatIsLongerThanItsBound() {
    assertThat(queue.add(audio(1_000))).isEqualTo(1_000);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void isBoundedForTheTiniestPiecesToo() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(queue.add(new Frame(1, FrameKind.AUDIO, i, i, new byte[i % 3]))).isNotNegative();
    }

    assertThat(numbers()).hasSizeLessThanOrEqualTo(100);
  }

  @Test
  void isHopelessWhenSignalsPileUp() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(queue.add(signal(FrameKind.MARK))).isZero();
    }
    assertThat(queue.hopeless()).isFalse();

    assertThat(queue.add(signal(FrameKind.MARK))).isZero();
    assertThat(queue.hopeless()).isTrue();

    assertThat(queue.poll()).isNotNull();
    assertThat(queue.hopeless()).isFalse();
  }

  private Frame audio(int ms) {
    return new Frame(1, FrameKind.AUDIO, sequence++, 0, new byte[ms * Frame.BYTES_PER_MS]);
  }

  private Frame signal(FrameKind kind) {
    return Frame.signal(1, kind, sequence++, 0, "x");
  }

  private List<Integer> numbers() {
    List<Integer> numbers = new ArrayList<>();
    for (Frame frame = queue.poll(); frame != null; frame = queue.poll()) {
      numbers.add(frame.sequence());
    }
    return numbers;
  }
}
