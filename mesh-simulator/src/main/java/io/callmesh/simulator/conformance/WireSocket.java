package io.callmesh.simulator.conformance;

import io.callmesh.simulator.WebSocketAccept;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The client's end of a WebSocket (RFC 6455), frame by frame, that does what it is told and not
 * only what is right. Blocks. One thread reads; any may write.
 */
final class WireSocket implements Closeable {
  private static final int TIMEOUT_MS = 10_000;
  private static final int MOST_HEAD_BYTES = 16 * 1024;
  private static final int MOST_FRAME_BYTES = 16 * 1024 * 1024;
  private static final int MASKED = 0x80;
  private static final int TWO_BYTE_LENGTH = 126;
  private static final int EIGHT_BYTE_LENGTH = 127;

  private final Socket plain;
  private final DataInputStream in;
  private final OutputStream out;
  private final Random random = new Random();

  private WireSocket(Socket plain, Socket socket) throws IOException {
    this.plain = plain;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    this.out = socket.getOutputStream();
  }

  /**
   * Connects, with TLS for {@code wss}.
   *
   * @param receiveBuffer what the system keeps unread, in bytes; 0 for its own choice
   */
  static WireSocket connect(URI endpoint, Trust trust, int receiveBuffer) throws IOException {
    boolean tls = "wss".equalsIgnoreCase(endpoint.getScheme());
    int port = endpoint.getPort() >= 0 ? endpoint.getPort() : tls ? 443 : 80;
    Socket plain = new Socket();
    try {
      if (receiveBuffer > 0) {
        plain.setReceiveBufferSize(receiveBuffer);
      }
      plain.setTcpNoDelay(true);
      plain.connect(new InetSocketAddress(endpoint.getHost(), port), TIMEOUT_MS);
      plain.setSoTimeout(TIMEOUT_MS);
      return new WireSocket(plain, tls ? trust.secure(plain, endpoint.getHost(), port) : plain);
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /** Asks for a WebSocket; from then on reads wait for ever. */
  HandshakeAnswer shake(URI endpoint, Map<String, String> headers) throws IOException {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    StringBuilder request = new StringBuilder();
    request.append("GET ").append(target(endpoint)).append(" HTTP/1.1\r\n");
    request.append("Host: ").append(endpoint.getRawAuthority()).append("\r\n");
    request.append("Upgrade: websocket\r\nConnection: Upgrade\r\n");
    request.append("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ").append(key).append("\r\n");
    headers.forEach(
        (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
    out.write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    HandshakeAnswer answer = HandshakeAnswer.of(head(), WebSocketAccept.of(key));
    plain.setSoTimeout(0);
    return answer;
  }

  private static String target(URI endpoint) {
    String path = endpoint.getRawPath();
    String query = endpoint.getRawQuery();
    return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }

  private List<String> head() throws IOException {
    List<String> lines = new ArrayList<>();
    int left = MOST_HEAD_BYTES;
    for (String line = line(left); !line.isEmpty() || lines.isEmpty(); line = line(left)) {
      lines.add(line);
      left -= line.length() + 2;
    }
    return lines;
  }

  private String line(int most) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = in.readUnsignedByte(); octet != '\n'; octet = in.readUnsignedByte()) {
      if (line.size() >= most) {
        throw new ProtocolException("the answer to the handshake has no end");
      }
      line.write(octet);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  /** The next frame; throws {@link EOFException} at the end. */
  WireFrame read() throws IOException {
    int first = in.readUnsignedByte();
    int second = in.readUnsignedByte();
    boolean masked = (second & MASKED) != 0;
    byte[] mask = new byte[4];
    int length = length(second & 0x7F);
    if (masked) {
      in.readFully(mask);
    }
    byte[] payload = new byte[length];
    in.readFully(payload);
    if (masked) {
      apply(mask, payload);
    }
    return new WireFrame((first & 0x80) != 0, first >> 4 & 0x7, first & 0xF, masked, payload);
  }

  private int length(int shortLength) throws IOException {
    long length =
        switch (shortLength) {
          case TWO_BYTE_LENGTH -> in.readUnsignedShort();
          case EIGHT_BYTE_LENGTH -> in.readLong();
          default -> shortLength;
        };
    if (length < 0 || length > MOST_FRAME_BYTES) {
      throw new ProtocolException("a frame of " + length + " bytes");
    }
    return (int) length;
  }

  /** Sends a frame, masked as a client's must be. */
  synchronized void write(boolean last, int opcode, byte[] payload) throws IOException {
    out.write(encode(last, opcode, payload));
  }

  /** Sends the first half of a frame and nothing more. */
  synchronized void writeHalf(int opcode, byte[] payload) throws IOException {
    byte[] frame = encode(true, opcode, payload);
    out.write(frame, 0, frame.length / 2);
  }

  private byte[] encode(boolean last, int opcode, byte[] payload) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
    frame.write((last ? 0x80 : 0) | opcode);
    int length = payload.length;
    if (length < TWO_BYTE_LENGTH) {
      frame.write(MASKED | length);
    } else if (length < 1 << 16) {
      frame.write(MASKED | TWO_BYTE_LENGTH);
      writeBigEndian(frame, length, 2);
    } else {
      frame.write(MASKED | EIGHT_BYTE_LENGTH);
      writeBigEndian(frame, length, 8);
    }
    byte[] mask = new byte[4];
    random.nextBytes(mask);
    frame.writeBytes(mask);
    byte[] hidden = payload.clone();
    apply(mask, hidden);
    frame.writeBytes(hidden);
    return frame.toByteArray();
  }

  private static void writeBigEndian(ByteArrayOutputStream out, long value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      out.write((int) (value >> shift));
    }
  }

  private static void apply(byte[] mask, byte[] payload) {
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i & 3];
    }
  }

  /** Breaks the connection off with a TCP reset. */
  void reset() throws IOException {
    plain.setSoLinger(true, 0);
    plain.close();
  }

  @Override
  public void close() {
    try {
      plain.close();
    } catch (IOException e) {
      // it is of no use any more either way
    }
  }
}
