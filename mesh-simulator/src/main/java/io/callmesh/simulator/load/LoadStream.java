package io.callmesh.simulator.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.callmesh.contracts.Ids;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Twilio's side of one stream (reference/twilio.md 4), as cheap as it can be. Belongs to its event
 * loop.
 */
final class LoadStream extends ChannelInboundHandlerAdapter {
  private static final int FRAME_MS = 20;
  private static final String CONNECTED =
      "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}";

  private enum State {
    CONNECTING,
    SHAKING_HANDS,
    OPEN,
    CLOSING,
    CLOSED
  }

  private final LoadTarget target;
  private final Handshake handshake;
  private final Map<String, String> parameters;
  private final String accountSid;
  private final String callSid;
  private final String streamSid = "MZ" + Ids.hex(16);
  private final Tally tally;
  private final ServerMessages messages;
  private final StreamWatcher watcher;
  private final FrameLedger ledger;
  private final FrameStamp stamp;
  private final MediaMessage media = new MediaMessage(streamSid);
  private final byte[] frame = new byte[FrameStamp.FRAME];

  private State state = State.CONNECTING;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf rest;
  private long sequence;

  /** Who wants to know what becomes of a stream. */
  interface StreamWatcher {
    void opened(LoadStream stream);

    /** It never opened. */
    void refused(LoadStream stream, String why);

    /** It was open, and the server ended it before its time. */
    void lost(LoadStream stream, String why);

    /** It is over, however that came. */
    void closed(LoadStream stream);
  }

  LoadStream(
      int number, LoadPlan plan, Tally tally, ServerMessages messages, StreamWatcher watcher) {
    this.target = plan.target();
    this.handshake = new Handshake(target);
    this.parameters = plan.parameters();
    this.accountSid = plan.accountSid();
    this.callSid = "CA" + Ids.hex(16);
    this.tally = tally;
    this.messages = messages;
    this.watcher = watcher;
    this.ledger = new FrameLedger(tally);
    this.stamp =
        plan.transcoded() ? new LoudnessStamp(number, ledger) : new ExactStamp(number, ledger);
  }

  /** Whether frames may be sent. */
  boolean isOpen() {
    return state == State.OPEN;
  }

  /** From now on its frames count. */
  void measure() {
    ledger.measure();
  }

  /** Sends the next frame; skips it when the server does not read. */
  void sendFrame() {
    ChannelHandlerContext open = context;
    if (state != State.OPEN || open == null) {
      return;
    }
    if (!open.channel().isWritable()) {
      tally.skipped++;
      return;
    }
    int number = ledger.next();
    stamp.write(frame, number);
    media.set(++sequence, number + 1L, (long) number * FRAME_MS, frame);
    ByteBuf out = open.alloc().directBuffer(media.size());
    media.writeTo(out);
    ledger.sent(System.nanoTime());
    send(out);
  }

  /** Tells the server that the call is over, and closes. */
  void stop() {
    if (state == State.OPEN && context != null) {
      state = State.CLOSING;
      sendText(event("stop").put("stop", ids()).encode());
      send(WebSocketFrame.close(context.alloc()));
    } else {
      hangUp();
    }
  }

  private void hangUp() {
    if (context != null) {
      var unused = context.close();
    }
  }

  /** The connection could not be made. */
  void unreachable(Throwable cause) {
    if (state == State.CONNECTING) {
      state = State.CLOSED;
      watcher.refused(this, "no connection: " + cause.getMessage());
      watcher.closed(this);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /** The connection is there, and secure where it has to be. */
  void shakeHands() {
    if (context != null) {
      state = State.SHAKING_HANDS;
      send(ByteBufUtil.writeAscii(context.alloc(), handshake.request()));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = joined((ByteBuf) message);
    if (state == State.SHAKING_HANDS) {
      readAnswer(in);
    }
    if (state == State.OPEN || state == State.CLOSING) {
      long now = System.nanoTime();
      while (in.isReadable() && readFrame(in, now)) {
        // until less than a frame is left
      }
    }
    keep(in);
  }

  private ByteBuf joined(ByteBuf in) {
    if (rest == null) {
      return in;
    }
    ByteBuf whole = rest.writeBytes(in);
    in.release();
    rest = null;
    return whole;
  }

  private void keep(ByteBuf in) {
    if (in.isReadable() && state != State.CLOSED) {
      rest = in.alloc().buffer(in.readableBytes() + 1024).writeBytes(in);
    }
    in.release();
  }

  private void readAnswer(ByteBuf in) {
    String head = in.toString(ISO_8859_1);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (head.length() > Handshake.MAX_ANSWER) {
        refuse("an answer that is not HTTP");
      }
      return;
    }
    in.skipBytes(end + 4);
    String fault = handshake.fault(head.substring(0, end));
    if (fault != null) {
      in.skipBytes(in.readableBytes());
      refuse(fault);
      return;
    }
    state = State.OPEN;
    begin();
  }

  private void refuse(String why) {
    state = State.CLOSED;
    watcher.refused(this, why);
    hangUp();
  }

  private void begin() {
    sendText(CONNECTED);
    JsonObject custom = new JsonObject();
    parameters.forEach(custom::put);
    JsonObject start =
        ids()
            .put("streamSid", streamSid)
            .put("tracks", new JsonArray().add("inbound"))
            .put(
                "mediaFormat",
                new JsonObject()
                    .put("encoding", "audio/x-mulaw")
                    .put("sampleRate", 8_000)
                    .put("channels", 1))
            .put("customParameters", custom);
    sendText(event("start").put("start", start).encode());
    watcher.opened(this);
  }

  private JsonObject ids() {
    return new JsonObject().put("accountSid", accountSid).put("callSid", callSid);
  }

  private JsonObject event(String name) {
    return new JsonObject()
        .put("event", name)
        .put("sequenceNumber", String.valueOf(++sequence))
        .put("streamSid", streamSid);
  }

  private void sendText(String text) {
    if (context != null) {
      send(WebSocketFrame.text(context.alloc(), text.getBytes(UTF_8)));
    }
  }

  private void send(ByteBuf bytes) {
    if (context != null) {
      var unused = context.writeAndFlush(bytes, context.voidPromise());
    } else {
      bytes.release();
    }
  }

  /** Whether there was a whole one. */
  private boolean readFrame(ByteBuf in, long now) {
    int header = WebSocketFrame.headerLength(in);
    if (header < 0 || in.readableBytes() < header) {
      return false;
    }
    long length = WebSocketFrame.payloadLength(in);
    if (WebSocketFrame.isMasked(in) || length < 0 || length > ServerMessages.MAX_SIZE) {
      in.skipBytes(in.readableBytes());
      lose("a WebSocket frame that is masked, or larger than 1 MiB");
      return false;
    }
    if (in.readableBytes() < header + length) {
      return false;
    }
    int opcode = in.getByte(in.readerIndex()) & 0x8F;
    in.skipBytes(header);
    take(opcode, in, (int) length, now);
    return true;
  }

  private void take(int opcode, ByteBuf in, int length, long now) {
    switch (opcode) {
      case WebSocketFrame.TEXT -> {
        in.readBytes(messages.room(length), 0, length);
        message(length, now);
      }
      case WebSocketFrame.PING ->
          send(WebSocketFrame.pong(in.alloc(), ByteBufUtil.getBytes(in.readSlice(length))));
      case WebSocketFrame.PONG -> in.skipBytes(length);
      case WebSocketFrame.CLOSE -> {
        String code = length < 2 ? "no code" : "code " + in.getUnsignedShort(in.readerIndex());
        in.skipBytes(length);
        lose("closed with " + code);
      }
      default -> {
        in.skipBytes(length);
        tally.malformed++;
      }
    }
  }

  private void message(int length, long now) {
    int audio = messages.readAudio(length);
    if (audio > 0) {
      stamp.heard(messages.audio(), audio, now);
    } else if (audio < 0) {
      tally.malformed++;
    } else {
      signal(length);
    }
  }

  /** A mark comes back at once: nothing is ever waiting to be played here. */
  private void signal(int length) {
    String mark = messages.markName(length);
    if (mark != null) {
      tally.marks++;
      sendText(event("mark").put("mark", new JsonObject().put("name", mark)).encode());
    } else if (messages.isClear(length)) {
      tally.clears++;
    } else {
      tally.malformed++;
    }
  }

  private void lose(String why) {
    if (state == State.OPEN) {
      state = State.CLOSING;
      watcher.lost(this, why);
    }
    hangUp();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    String why = String.valueOf(cause.getMessage());
    if (state == State.CONNECTING || state == State.SHAKING_HANDS) {
      refuse(why);
    } else {
      lose(why);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (state == State.CONNECTING || state == State.SHAKING_HANDS) {
      watcher.refused(this, "the connection was closed before an answer");
    } else if (state == State.OPEN) {
      watcher.lost(this, "the connection broke");
    }
    state = State.CLOSED;
    if (rest != null) {
      rest.release();
      rest = null;
    }
    watcher.closed(this);
  }
}
