package io.callmesh.contracts.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCodecTest {

  private static final int OFFSET = 13;

  @ParameterizedTest
  @EnumSource(FrameKind.class)
  void bringsEveryKindOverTheWire(FrameKind kind) {
    Frame frame = Frame.signal(Long.MIN_VALUE + 5, kind, -1, Long.MAX_VALUE, "u3:12 \u00e4");

    Frame read = roundTrip(frame);

    assertSame(read, frame);
    assertThat(read.text()).isEqualTo("u3:12 \u00e4");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 160, 65_536})
  void bringsPayloadsOfAnySizeOverTheWire(int size) {
    byte[] payload = new byte[size];
    new Random(size).nextBytes(payload);

    assertSame(
        roundTrip(new Frame(-2, FrameKind.AUDIO, 7, 20, payload)),
        new Frame(-2, FrameKind.AUDIO, 7, 20, payload));
  }

  @Test
  void readsTwoFramesThatLieBehindEachOther() {
    Buffer wire = Buffer.buffer();
    FrameCodec.INSTANCE.encodeToWire(wire, Frame.signal(1, FrameKind.MARK, 0, 0, "a"));
    int second = wire.length();
    FrameCodec.INSTANCE.encodeToWire(wire, Frame.signal(2, FrameKind.CLEAR, 1, 1));

    assertThat(FrameCodec.INSTANCE.decodeFromWire(0, wire).text()).isEqualTo("a");
    assertThat(FrameCodec.INSTANCE.decodeFromWire(second, wire).kind()).isEqualTo(FrameKind.CLEAR);
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, 6, 127, -1, -128})
  void refusesAnUnknownKind(byte code) {
    Buffer wire = Buffer.buffer();
    FrameCodec.INSTANCE.encodeToWire(wire, Frame.signal(1, FrameKind.CLEAR, 0, 0));
    wire.setByte(0, code);

    assertThatThrownBy(() -> FrameCodec.INSTANCE.decodeFromWire(0, wire))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown frame kind " + code);
  }

  @Test
  void keepsTheCodesThatAreOnTheWire() {
    assertThat(FrameKind.values())
        .extracting(FrameKind::code)
        .containsExactly((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5);
  }

  @Test
  void staysTheSameObjectInsideAProcess() {
    Frame frame = Frame.signal(1, FrameKind.CLEAR, 0, 0);

    assertThat(FrameCodec.INSTANCE.transform(frame)).isSameAs(frame);
  }

  @Test
  void doesNotPrintWhatTheCallerKeyed() {
    assertThat(Frame.signal(255, FrameKind.DTMF, 3, 40, "7"))
        .hasToString("Frame[00000000000000ff DTMF #3 40 ms, 1 bytes]");
  }

  private static Frame roundTrip(Frame frame) {
    Buffer wire = Buffer.buffer(new byte[OFFSET]);
    FrameCodec.INSTANCE.encodeToWire(wire, frame);
    wire.appendString("what comes behind");
    return FrameCodec.INSTANCE.decodeFromWire(OFFSET, wire);
  }

  private static void assertSame(Frame read, Frame sent) {
    assertThat(read.streamKey()).isEqualTo(sent.streamKey());
    assertThat(read.kind()).isEqualTo(sent.kind());
    assertThat(read.sequence()).isEqualTo(sent.sequence());
    assertThat(read.timestampMs()).isEqualTo(sent.timestampMs());
    assertThat(read.payload()).isEqualTo(sent.payload());
  }
}
