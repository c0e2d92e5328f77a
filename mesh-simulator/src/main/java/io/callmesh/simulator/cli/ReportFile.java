package io.callmesh.simulator.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file that a command writes when it is done. */
final class ReportFile {
  private ReportFile() {}

  /**
   * To be asked before a run, so that its figures are not lost after it.
   *
   * @param file null when none is wanted
   * @throws IllegalArgumentException with one sentence for the user when it cannot be written
   */
  static void requireWritable(String option, @Nullable Path file) {
    Path folder = file == null ? null : file.toAbsolutePath().getParent();
    if (file != null && (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file))) {
      throw new IllegalArgumentException(option + " " + file + " cannot be written there.");
    }
  }
}
