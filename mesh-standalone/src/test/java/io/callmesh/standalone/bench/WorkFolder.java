package io.callmesh.standalone.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** A folder for what a benchmark's processes keep, gone with all that is in it when closed. */
record WorkFolder(Path path) implements AutoCloseable {
  static WorkFolder make() throws IOException {
    return new WorkFolder(Files.createTempDirectory("callmesh-bench"));
  }

  @Override
  public void close() throws IOException {
    try (var files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
