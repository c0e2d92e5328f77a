package io.callmesh.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The directory a broker owns: {@code broker.lock}, held while it runs, and {@code log}, which is
 * Kafka's. The lock is ours because Kafka's own is taken late and fails in a paragraph.
 */
final class DataDirectory {
  private final Path root;
  private final FileChannel lock;

  private DataDirectory(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
  }

  static DataDirectory lock(Path root) {
    try {
      Files.createDirectories(root.resolve("log"));
      return lock(root, open(root.resolve("broker.lock")));
    } catch (IOException e) {
      throw new BrokerException(
          "The broker's data directory " + root + " is not writable: " + e, e);
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static DataDirectory lock(Path root, FileChannel channel) throws IOException {
    if (!tryLock(channel)) {
      channel.close();
      throw new BrokerException(
          "The broker's data directory " + root + " is in use by another broker.");
    }
    return new DataDirectory(root, channel);
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException sameProcess) {
      return false;
    }
  }

  Path log() {
    return root.resolve("log");
  }

  /** Makes an empty directory a broker's; leaves any other as it is. */
  void formatIfEmpty() {
    try {
      if (isEmpty()) {
        format();
      }
    } catch (Exception e) {
      throw new BrokerException(
          "The broker's data directory " + root + " cannot be formatted: " + e, e);
    }
  }

  private boolean isEmpty() throws IOException {
    try (Stream<Path> files = Files.list(log())) {
      return files.findAny().isEmpty();
    }
  }

  @SuppressWarnings("CheckReturnValue") // Formatter's setters return itself
  private void format() throws Exception {
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      Formatter formatter = new Formatter();
      formatter
          .setPrintStream(nowhere)
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(NodeSettings.NODE_ID)
          .setControllerListenerName(NodeSettings.CONTROLLER_LISTENER)
          .setMetadataLogDirectory(log().toString())
          .setDirectories(List.of(log().toString()))
          .setReleaseVersion(MetadataVersion.latestProduction());
      formatter.run();
    }
  }

  void unlock() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new BrokerException("The broker's data directory " + root + " stays locked: " + e, e);
    }
  }
}
