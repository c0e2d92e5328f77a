package io.callmesh.broker;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A running broker. What it stored survives {@link #close()}: a broker started later on the same
 * directory, on whatever port, has the same topics and records. Safe on any thread; blocks.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private final DataDirectory directory;
  private final LoopbackListeners listeners;
  private final SingleNode node;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedBroker(DataDirectory directory, LoopbackListeners listeners, SingleNode node) {
    this.directory = directory;
    this.listeners = listeners;
    this.node = node;
  }

  /** Starts a broker on a free port; see {@link #start(Path, int)}. */
  public static EmbeddedBroker start(Path dataDir) {
    return start(dataDir, 0);
  }

  /**
   * Starts a broker and returns when clients can use it.
   *
   * @param dataDir where it keeps its data; made and formatted when missing or empty
   * @param port the loopback port for clients, 0 for a free one; the controller always takes a free
   *     one
   * @throws BrokerException when the directory is in use or not a broker's, when the port is taken,
   *     or when Kafka gives up
   */
  public static EmbeddedBroker start(Path dataDir, int port) {
    DataDirectory directory = DataDirectory.lock(dataDir);
    try {
      return start(directory, LoopbackListeners.bind(port));
    } catch (RuntimeException e) {
      directory.unlock();
      throw e;
    }
  }

  private static EmbeddedBroker start(DataDirectory directory, LoopbackListeners listeners) {
    try {
      SingleNode node = SingleNode.start(directory, listeners);
      return new EmbeddedBroker(directory, listeners, node);
    } catch (RuntimeException e) {
      listeners.close();
      throw e;
    }
  }

  /** Where clients connect: {@code host:port}. */
  public String bootstrapServers() {
    return listeners.bootstrapServers();
  }

  /** Stops the broker and waits until its files are closed; the second call does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        node.stop();
      } finally {
        listeners.close();
        directory.unlock();
      }
    }
  }
}
