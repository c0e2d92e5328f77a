package io.callmesh.contracts.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Any frame survives the wire; anything else on it is refused without harm. */
class FrameCodecPropertyTest {
  @Property
  void bringsAnyFrameOverTheWireAtAnyOffset(
      @ForAll("frames") Frame frame,
      @ForAll @Size(max = 40) byte[] before,
      @ForAll @Size(max = 40) byte[] behind) {
    Buffer wire = Buffer.buffer(before);
    FrameCodec.INSTANCE.encodeToWire(wire, frame);
    wire.appendBytes(behind);

    Frame read = FrameCodec.INSTANCE.decodeFromWire(before.length, wire);

    assertThat(read)
        .usingRecursiveComparison()
        .ignoringFields("madeNanos") // of this process, so not on the wire
        .isEqualTo(frame);
  }

  @Property
  void refusesAFrameThatIsCutOff(@ForAll("frames") Frame frame, @ForAll double share) {
    Buffer wire = Buffer.buffer();
    FrameCodec.INSTANCE.encodeToWire(wire, frame);
    int left = (int) (Math.abs(share % 1) * wire.length());
    Buffer cut = wire.getBuffer(0, left);

    assertThat(catchThrowable(() -> FrameCodec.INSTANCE.decodeFromWire(0, cut)))
        .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class);
  }

  @Property
  void takesNothingLongerThanTheWire(@ForAll("frames") Frame frame, @ForAll int length) {
    Buffer wire = Buffer.buffer();
    FrameCodec.INSTANCE.encodeToWire(wire, frame);
    int there = frame.payload().length;
    wire.setInt(FrameCodec.HEADER_BYTES - Integer.BYTES, length);

    if (length >= 0 && length <= there) {
      assertThat(FrameCodec.INSTANCE.decodeFromWire(0, wire).payload())
          .isEqualTo(Arrays.copyOf(frame.payload(), length));
    } else {
      assertThat(catchThrowable(() -> FrameCodec.INSTANCE.decodeFromWire(0, wire)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a frame of %d bytes, of which %d are there", length, there);
    }
  }

  @Property
  void refusesGarbageWithoutHarm(
      @ForAll @Size(max = 200) byte[] garbage, @ForAll @IntRange(max = 200) int offset) {
    Throwable thrown =
        catchThrowable(() -> FrameCodec.INSTANCE.decodeFromWire(offset, Buffer.buffer(garbage)));

    if (thrown != null) {
      assertThat(thrown)
          .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class);
    }
  }

  @Provide
  Arbitrary<Frame> frames() {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.of(FrameKind.class),
            Arbitraries.integers(),
            Arbitraries.longs(),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(2_000))
        .as(Frame::new);
  }
}
