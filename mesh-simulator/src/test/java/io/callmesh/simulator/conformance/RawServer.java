package io.callmesh.simulator.conformance;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/**
 * A server without a WebSocket library, for what none of them lets anybody do: answers each
 * handshake with a head of the test's choice, then sends some bytes and reads whatever comes.
 */
final class RawServer implements AutoCloseable {
  /** A head as it should be. */
  static final String GOOD_HEAD = goodHead();

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final ServerSocket server;
  private final String head;
  private final Conversation conversation;

  private RawServer(ServerSocket server, String head, Conversation conversation) {
    this.server = server;
    this.head = head;
    this.conversation = conversation;
  }

  /** What follows a handshake; its end is the connection's. */
  interface Conversation {
    /**
     * Holds it.
     *
     * @param in bytes, as chars
     */
    void hold(Reader in, OutputStream out) throws IOException;
  }

  /** A head that is good but for these lines more. */
  static String goodHead(String... more) {
    StringBuilder head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
    head.append("Upgrade: websocket\r\nConnection: Upgrade\r\n");
    head.append("Sec-WebSocket-Accept: ACCEPT\r\n");
    for (String line : more) {
      head.append(line).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  /**
   * Starts one.
   *
   * @param head the answer to each handshake; ACCEPT in it becomes the right value
   * @param afterwards sent when the client has said something after the handshake
   */
  static RawServer start(String head, int... afterwards) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int octet : afterwards) {
      bytes.write(octet);
    }
    return start(
        head,
        (in, out) -> {
          if (in.read() >= 0) {
            out.write(bytes.toByteArray());
          }
          while (in.read() >= 0) {
            // whatever it says
          }
        });
  }

  /** Starts one that goes on as the test has it, on a thread for each connection. */
  static RawServer start(String head, Conversation conversation) throws IOException {
    ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    RawServer raw = new RawServer(socket, head, conversation);
    Thread thread = new Thread(raw::serve, "raw-server");
    thread.setDaemon(true);
    thread.start();
    return raw;
  }

  String url() {
    return "ws://127.0.0.1:" + server.getLocalPort() + "/media";
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread thread = new Thread(() -> serve(socket), "raw-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      String key = "";
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        boolean found = line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:");
        key = found ? line.substring(line.indexOf(':') + 1).strip() : key;
      }
      OutputStream out = socket.getOutputStream();
      out.write(head.replace("ACCEPT", accept(key)).getBytes(StandardCharsets.ISO_8859_1));
      conversation.hold(in, out);
    } catch (IOException e) {
      // the client went away
    }
  }

  private static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
