package io.callmesh.runtime.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Held to Netty's encoder and decoder, which know the protocol as well. */
class FrameReaderTest {
  private static final int MAX_BYTES = 70_000;

  private final List<String> read = new ArrayList<>();
  private final FrameReader ofClient = new FrameReader(true, MAX_BYTES, this::note);
  private final FrameReader ofServer = new FrameReader(false, MAX_BYTES, this::note);

  private void note(int opcode, boolean last, byte[] payload, int length) {
    read.add(opcode + (last ? " last " : " more ") + HexFormat.of().formatHex(payload, 0, length));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readsWhatNettyWrites(boolean masked) {
    ByteBuf bytes =
        encoded(
            masked,
            new TextWebSocketFrame("hello"),
            new BinaryWebSocketFrame(false, 0, Unpooled.wrappedBuffer(new byte[] {1, 2})),
            new PingWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {9})),
            new ContinuationWebSocketFrame(true, 0, Unpooled.wrappedBuffer(new byte[] {3})),
            new PongWebSocketFrame(),
            new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE, "x"));

    (masked ? ofClient : ofServer).read(bytes);

    assertThat(read)
        .containsExactly(
            "1 last 68656c6c6f",
            "2 more 0102",
            "9 last 09",
            "0 last 03",
            "10 last ",
            "8 last 03e878");
  }

  @Property(tries = 300)
  void doesNotCareHowTheBytesAreCut(
      @ForAll long seed, @ForAll boolean masked, @ForAll @IntRange(max = 3) int lengths) {
    Random random = new Random(seed);
    byte[] payload = new byte[random.nextInt(new int[] {10, 200, 5_000, 70_000}[lengths])];
    random.nextBytes(payload);
    ByteBuf bytes =
        encoded(
            masked,
            new BinaryWebSocketFrame(Unpooled.wrappedBuffer(payload)),
            new TextWebSocketFrame("end"));
    FrameReader reader = masked ? ofClient : ofServer;

    ByteBuf soFar = Unpooled.buffer();
    while (bytes.isReadable()) {
      soFar.writeBytes(bytes, Math.min(bytes.readableBytes(), 1 + random.nextInt(9_000)));
      reader.read(soFar);
      soFar.discardReadBytes();
    }

    assertThat(read)
        .containsExactly("2 last " + HexFormat.of().formatHex(payload), "1 last 656e64");
    assertThat(soFar.isReadable()).isFalse();
    read.clear();
  }

  @Property(tries = 2_000)
  void judgesAnyBytesAsNettyDoes(@ForAll byte[] tail, @ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[2 + tail.length];
    bytes[0] = (byte) (random.nextBoolean() ? 0x80 | random.nextInt(16) : random.nextInt(256));
    bytes[1] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : 0x80 | random.nextInt(8));
    System.arraycopy(tail, 0, bytes, 2, tail.length);
    read.clear();

    boolean refused = false;
    try {
      new FrameReader(true, MAX_BYTES, this::note).read(Unpooled.copiedBuffer(bytes));
    } catch (CorruptedWebSocketFrameException corrupted) {
      refused = true;
    }

    List<String> expected = byNetty(bytes);
    // Netty lets the reason of a close end within a character.
    boolean stricter = refused && expected.size() == 1 && expected.get(0).startsWith("8 last");
    assertThat(stricter ? expected : refused ? List.of("refused") : read).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "c180, 1002", // reserved bit
    "8105, 1002", // not masked
    "8380, 1002", // unknown opcode
    "8b80, 1002",
    "0980, 1002", // control frame in pieces
    "89fe, 1002", // control frame too long
    "8080, 1002", // continuation of nothing
    "01808180, 1002", // masks follow; a message within another's pieces
    "888100000000aa, 1002", // half a code
    "88820000000003ed, 1002", // 1005 is never sent
    "82fe007d, 1002", // 125 bytes in a length of 16 bits
    "82ff000000000000ffff, 1002", // 65 535 in 64
    "82ff0000000000011171, 1009", // 70 001 bytes
    "82ffffffffffffffffff, 1009"
  })
  void refusesWhatBreaksTheProtocol(String hex, int code) {
    String whole = hex.equals("01808180") ? "0180" + "00000000" + "8180" : hex;
    ByteBuf bytes = Unpooled.wrappedBuffer(HexFormat.of().parseHex(whole));

    assertThatThrownBy(() -> ofClient.read(bytes))
        .isInstanceOfSatisfying(
            CorruptedWebSocketFrameException.class,
            corrupted -> assertThat(corrupted.closeStatus().code()).isEqualTo(code));

    read.clear();
    ofClient.read(encoded(true, new TextWebSocketFrame("more")));
    assertThat(read).isEmpty();
  }

  @Test
  void readsNothingBehindAClose() {
    ofServer.read(
        encoded(false, new CloseWebSocketFrame(), new TextWebSocketFrame("one more thing")));

    assertThat(read).containsExactly("8 last ");
  }

  private static ByteBuf encoded(boolean masked, WebSocketFrame... frames) {
    EmbeddedChannel encoder = new EmbeddedChannel(new WebSocket13FrameEncoder(masked));
    encoder.writeOutbound((Object[]) frames);
    ByteBuf bytes = Unpooled.buffer();
    for (ByteBuf part = encoder.readOutbound(); part != null; part = encoder.readOutbound()) {
      bytes.writeBytes(part);
      part.release();
    }
    return bytes;
  }

  /** What Netty makes of the bytes, as {@link #note} would write it. */
  private List<String> byNetty(byte[] bytes) {
    EmbeddedChannel decoder =
        new EmbeddedChannel(
            new WebSocket13FrameDecoder(
                WebSocketDecoderConfig.newBuilder()
                    .maxFramePayloadLength(MAX_BYTES)
                    .closeOnProtocolViolation(false)
                    .build()));
    try {
      decoder.writeInbound(Unpooled.copiedBuffer(bytes));
    } catch (CorruptedWebSocketFrameException corrupted) {
      return List.of("refused");
    }
    List<String> expected = new ArrayList<>();
    for (WebSocketFrame frame = decoder.readInbound();
        frame != null;
        frame = decoder.readInbound()) {
      byte[] payload = new byte[frame.content().readableBytes()];
      frame.content().readBytes(payload);
      expected.add(
          opcode(frame)
              + (frame.isFinalFragment() ? " last " : " more ")
              + HexFormat.of().formatHex(payload));
      frame.release();
    }
    return expected;
  }

  private static int opcode(WebSocketFrame frame) {
    if (frame instanceof TextWebSocketFrame) {
      return FrameReader.TEXT;
    }
    if (frame instanceof BinaryWebSocketFrame) {
      return FrameReader.BINARY;
    }
    if (frame instanceof PingWebSocketFrame) {
      return FrameReader.PING;
    }
    if (frame instanceof PongWebSocketFrame) {
      return FrameReader.PONG;
    }
    return frame instanceof CloseWebSocketFrame ? FrameReader.CLOSE : FrameReader.CONTINUATION;
  }
}
