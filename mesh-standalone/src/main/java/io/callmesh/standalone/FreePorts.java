package io.callmesh.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Finds loopback ports that nobody uses, different from each other: below those that systems give
 * to outgoing connections, one of which could have taken it by the time it is listened on.
 */
final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int BEYOND = 32_000;
  private static final int TRIES = 1_000;

  private FreePorts() {}

  static List<Integer> find(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    Random random = new Random();
    try {
      for (int i = 0; i < TRIES && sockets.size() < count; i++) {
        tryOne(random.nextInt(FIRST, BEYOND), sockets);
      }
      if (sockets.size() < count) {
        throw new IllegalStateException("no %d ports are free".formatted(count));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      sockets.forEach(FreePorts::release);
    }
  }

  private static void tryOne(int port, List<ServerSocket> sockets) {
    try {
      sockets.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
    } catch (IOException taken) {
      // Another one will do.
    }
  }

  private static void release(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
