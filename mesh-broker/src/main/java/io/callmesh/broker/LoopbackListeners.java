package io.callmesh.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * The two listening sockets, bound before Kafka starts: a taken port is known at once, and nobody
 * can take a free one between choosing and binding it.
 */
final class LoopbackListeners implements ServerSocketFactory {
  private final ServerSocketChannel broker;
  private final ServerSocketChannel controller;

  private LoopbackListeners(ServerSocketChannel broker, ServerSocketChannel controller) {
    this.broker = broker;
    this.controller = controller;
  }

  static LoopbackListeners bind(int port) {
    ServerSocketChannel broker = listen(port);
    try {
      return new LoopbackListeners(broker, listen(0));
    } catch (RuntimeException e) {
      close(broker);
      throw e;
    }
  }

  private static ServerSocketChannel listen(int port) {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      return listen(channel, port);
    } catch (IOException e) {
      throw new BrokerException(
          "The broker cannot listen on port " + port + ": " + e.getMessage(), e);
    }
  }

  private static ServerSocketChannel listen(ServerSocketChannel channel, int port)
      throws IOException {
    try {
      return channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  String bootstrapServers() {
    return address(broker);
  }

  String controllerAddress() {
    return address(controller);
  }

  private static String address(ServerSocketChannel channel) {
    return "127.0.0.1:" + channel.socket().getLocalPort();
  }

  /** Hands Kafka the socket that is already bound; Kafka closes it when it stops. */
  @Override
  public ServerSocketChannel openServerSocket(
      String listenerName, InetSocketAddress address, int backlog, int receiveBufferBytes)
      throws IOException {
    ServerSocketChannel channel =
        listenerName.equals(NodeSettings.CONTROLLER_LISTENER) ? controller : broker;
    channel.configureBlocking(false);
    return channel;
  }

  void close() {
    close(broker);
    close(controller);
  }

  private static void close(ServerSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new BrokerException("A socket of the broker does not close: " + e.getMessage(), e);
    }
  }
}
