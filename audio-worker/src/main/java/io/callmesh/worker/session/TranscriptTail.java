package io.callmesh.worker.session;

import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The latest of what was said, as much as a {@link Transcript} may have, and what each of the two
 * is just saying. For one thread; it takes no memory before the first line.
 */
final class TranscriptTail {
  private @Nullable Deque<TranscriptLine> said;
  private @Nullable TranscriptLine byCaller;
  private @Nullable TranscriptLine byAgent;
  private int characters;

  /** Takes a line, and returns it as it is kept: no longer than all of them may be. */
  TranscriptLine add(TranscriptLine line) {
    TranscriptLine kept = line.within(Transcript.MAX_CHARACTERS);
    saying(kept.role(), kept.last() ? null : kept);
    if (kept.last() && !kept.text().isBlank()) {
      keep(kept);
    }
    return kept;
  }

  private void saying(Role role, @Nullable TranscriptLine line) {
    if (role == Role.CALLER) {
      byCaller = line;
    } else {
      byAgent = line;
    }
  }

  private void keep(TranscriptLine line) {
    Deque<TranscriptLine> lines = said == null ? new ArrayDeque<>() : said;
    said = lines;
    lines.addLast(line);
    characters += line.text().length();
    while (lines.size() > Transcript.MAX_LINES || characters > Transcript.MAX_CHARACTERS) {
      characters -= lines.removeFirst().text().length();
    }
  }

  /** The lines, the oldest first; those that may still change are last. */
  List<TranscriptLine> lines() {
    List<TranscriptLine> lines = said == null ? new ArrayList<>() : new ArrayList<>(said);
    Stream.of(Optional.ofNullable(byCaller), Optional.ofNullable(byAgent))
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(TranscriptLine::at))
        .forEach(lines::add);
    return lines;
  }
}
