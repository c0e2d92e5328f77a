package io.callmesh.simulator.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/** A silent server that answers pings until a message has a certain text in it, and closes. */
final class PingAnswerer implements RawServer.Conversation {
  private static final int TWO_BYTE_LENGTH = 126;

  private final String deafening;

  PingAnswerer(String deafening) {
    this.deafening = deafening;
  }

  @Override
  public void hold(Reader in, OutputStream out) throws IOException {
    boolean deaf = false;
    for (int first = in.read(); first >= 0; first = in.read()) {
      byte[] payload = payload(in);
      int opcode = first & 0xF;
      deaf |= new String(payload, StandardCharsets.UTF_8).contains(deafening);
      if (opcode == WireFrame.PING && !deaf) {
        write(out, WireFrame.PONG, payload);
      } else if (opcode == WireFrame.CLOSE) {
        write(out, WireFrame.CLOSE, payload);
        return;
      }
    }
  }

  /** Of a client's frame, which is masked and here shorter than 64 KiB. */
  private static byte[] payload(Reader in) throws IOException {
    int length = in.read() & 0x7F;
    if (length == TWO_BYTE_LENGTH) {
      length = in.read() << 8 | in.read();
    }
    int[] mask = {in.read(), in.read(), in.read(), in.read()};
    byte[] payload = new byte[length];
    for (int i = 0; i < length; i++) {
      payload[i] = (byte) (in.read() ^ mask[i & 3]);
    }
    return payload;
  }

  private static void write(OutputStream out, int opcode, byte[] payload) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(0x80 | opcode);
    frame.write(payload.length);
    frame.writeBytes(payload);
    out.write(frame.toByteArray());
  }
}
