package io.callmesh.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.List;

/** A peer without manners: it goes without a word, or stops to read. */
final class RawSocket implements AutoCloseable {
  /** Small, so that what it does not read waits at the other end. */
  private static final int RECEIVE_BUFFER_BYTES = 4 * 1024;

  private final Socket socket;

  private RawSocket(Socket socket) {
    this.socket = socket;
  }

  /** Asks for the upgrade and does not wait for the answer. */
  static RawSocket handshake(int port, String uri, String signature) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    RawSocket raw = new RawSocket(socket);
    List<String> request =
        List.of(
            "GET " + uri + " HTTP/1.1",
            "Host: x",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "X-Twilio-Signature: " + signature);
    return raw.write((String.join("\r\n", request) + "\r\n\r\n").getBytes(UTF_8));
  }

  /** Reads the status line and the headers of the answer. */
  @CanIgnoreReturnValue
  RawSocket upgraded() throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    while (!answer.toString(UTF_8).endsWith("\r\n\r\n")) {
      int next = socket.getInputStream().read();
      assertThat(next).isNotNegative();
      answer.write(next);
    }
    assertThat(answer.toString(UTF_8)).startsWith("HTTP/1.1 101");
    return this;
  }

  @CanIgnoreReturnValue
  RawSocket text(String message) throws IOException {
    return frame(0x81, message.replace('\'', '"').getBytes(UTF_8));
  }

  @CanIgnoreReturnValue
  RawSocket closeFrame() throws IOException {
    return frame(0x88, new byte[] {3, (byte) 0xe8});
  }

  /** A frame of this first byte, without payload. */
  @CanIgnoreReturnValue
  RawSocket opcode(int first) throws IOException {
    return frame(first, new byte[0]);
  }

  /** Frames of these first bytes, without payload and in one piece. */
  @CanIgnoreReturnValue
  RawSocket opcodes(int... first) throws IOException {
    ByteBuffer frames = ByteBuffer.allocate(6 * first.length);
    for (int opcode : first) {
      frames.put((byte) opcode).put((byte) 0x80).putInt(0);
    }
    return write(frames.array());
  }

  /** The header of a text frame of 64 KiB or more, and none of it. */
  @CanIgnoreReturnValue
  RawSocket announce(int length) throws IOException {
    return write(ByteBuffer.allocate(14).put((byte) 0x81).put((byte) 0xff).putLong(length).array());
  }

  /** Reads past messages to the close frame and returns its code. */
  int closeCode() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    while (true) {
      int opcode = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      byte[] payload = new byte[length == 126 ? in.readUnsignedShort() : length];
      in.readFully(payload);
      if (opcode == 0x88) {
        return ByteBuffer.wrap(payload).getShort();
      }
    }
  }

  /** Reads all that there is; returns when the connection is over, in whatever way. */
  void readToTheEnd() throws IOException {
    socket.setSoTimeout(10_000);
    byte[] any = new byte[64 * 1024];
    try {
      while (socket.getInputStream().read(any) >= 0) {
        // Nobody wants it.
      }
    } catch (SocketException reset) {
      // That is an end too.
    }
  }

  /** A frame of RFC 6455, 5.2, below 64 KiB; the mask is 0. */
  @CanIgnoreReturnValue
  private RawSocket frame(int opcode, byte[] payload) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(opcode);
    if (payload.length < 126) {
      frame.write(0x80 | payload.length);
    } else {
      frame.write(0x80 | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    frame.writeBytes(new byte[4]);
    frame.writeBytes(payload);
    return write(frame.toByteArray());
  }

  @CanIgnoreReturnValue
  private RawSocket write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Goes without a close frame. */
  void hangUp() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
