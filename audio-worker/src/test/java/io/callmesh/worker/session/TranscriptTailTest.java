package io.callmesh.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TranscriptTailTest {
  private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

  private final TranscriptTail tail = new TranscriptTail();
  private int lines;

  @Test
  void hasNothingAtFirst() {
    assertThat(tail.lines()).isEmpty();
  }

  @Test
  void keepsTheLatestLinesInOrder() {
    for (int i = 0; i < Transcript.MAX_LINES + 2; i++) {
      add(i % 2 == 0 ? Role.CALLER : Role.AGENT, "line " + i, true);
    }

    assertThat(texts()).hasSize(Transcript.MAX_LINES).startsWith("line 2").endsWith("line 61");
    assertThat(tail.lines().get(0).role()).isEqualTo(Role.CALLER);
  }

  @Test
  void keepsNoMoreCharactersThanATranscriptMayHave() {
    add(Role.CALLER, "x".repeat(100), true);
    add(Role.AGENT, "y".repeat(Transcript.MAX_CHARACTERS - 100), true);
    assertThat(tail.lines()).hasSize(2);

    add(Role.CALLER, "z", true);

    assertThat(texts()).containsExactly("y".repeat(Transcript.MAX_CHARACTERS - 100), "z");
  }

  @Test
  void cutsALineThatIsTooLong() {
    String text = "x".repeat(Transcript.MAX_CHARACTERS - 1);

    TranscriptLine kept = add(Role.AGENT, text + "\ud83d\ude00", true);

    assertThat(kept.text()).isEqualTo(text);
    assertThat(tail.lines()).containsExactly(kept);
    assertThat(Transcript.of(tail.lines()).lines()).containsExactly(kept);
  }

  @Test
  void replacesWhatWasNotFinal() {
    add(Role.CALLER, "I", false);
    add(Role.AGENT, "Mm", false);
    add(Role.CALLER, "I want", false);
    assertThat(texts()).containsExactly("Mm", "I want");

    add(Role.CALLER, "I want to pay.", true);

    assertThat(texts()).containsExactly("I want to pay.", "Mm");
    add(Role.AGENT, " ", true);
    assertThat(texts()).containsExactly("I want to pay.");
  }

  @Property(tries = 200)
  void isWhatATranscriptOfAllFinalLinesWouldBe(
      @ForAll @Size(max = 150) List<@IntRange(min = 1, max = 3_000) Integer> lengths) {
    TranscriptTail some = new TranscriptTail();
    List<TranscriptLine> all =
        lengths.stream()
            .map(length -> new TranscriptLine(Role.AGENT, "x".repeat(length), true, START))
            .toList();

    all.forEach(line -> assertThat(some.add(line)).isEqualTo(line));

    assertThat(Transcript.of(some.lines())).isEqualTo(Transcript.of(all));
    assertThat(some.lines()).isEqualTo(Transcript.of(all).lines());
  }

  @CanIgnoreReturnValue
  private TranscriptLine add(Role role, String text, boolean last) {
    return tail.add(new TranscriptLine(role, text, last, START.plusMillis(lines++)));
  }

  private List<String> texts() {
    return tail.lines().stream().map(TranscriptLine::text).toList();
  }
}
