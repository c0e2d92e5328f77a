package io.callmesh.contracts.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.handoff.TranscriptLine.Role;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TranscriptTest {
  private static final Instant AT = Instant.parse("2026-11-23T10:00:00.123Z");

  @Test
  void comesBackFromItsText() {
    List<TranscriptLine> lines =
        List.of(line(Role.CALLER, "\u00c4hm, \"hello\"", true), line(Role.AGENT, "How c", false));

    Transcript transcript = Transcript.of(lines);

    assertThat(transcript.lines()).isEqualTo(lines);
    assertThat(Transcript.stored(transcript.text())).isEqualTo(transcript);
    assertThat(Transcript.stored(transcript.text())).hasSameHashCodeAs(transcript);
    assertThat(transcript.isEmpty()).isFalse();
  }

  @Test
  void hasTheLatestLines() {
    List<TranscriptLine> lines =
        IntStream.range(0, 62).mapToObj(i -> line(Role.AGENT, "line " + i, true)).toList();

    assertThat(Transcript.of(lines).lines()).isEqualTo(lines.subList(2, 62));
  }

  @Test
  void hasTheLatestLinesThatFit() {
    TranscriptLine first = line(Role.AGENT, "x", true);
    TranscriptLine half = line(Role.CALLER, "y".repeat(Transcript.MAX_CHARACTERS / 2), true);

    assertThat(Transcript.of(List.of(first, half, half)).lines()).containsExactly(half, half);
    assertThat(Transcript.of(List.of(half, half, first)).lines()).containsExactly(half, first);
  }

  @Test
  void isEmptyWhenNothingWasSaid() {
    assertThat(Transcript.of(List.of())).isSameAs(Transcript.EMPTY);
    assertThat(Transcript.stored(null)).isSameAs(Transcript.EMPTY);
    assertThat(Transcript.EMPTY.isEmpty()).isTrue();
    assertThat(Transcript.EMPTY.lines()).isEmpty();
  }

  @Test
  void hasLinesInTheFormOfTheApi() {
    JsonObject json = line(Role.CALLER, "hi", false).toJson();

    assertThat(json)
        .isEqualTo(
            new JsonObject()
                .put("role", "caller")
                .put("text", "hi")
                .put("final", false)
                .put("at", "2026-11-23T10:00:00.123Z"));
    json.remove("final");
    assertThat(TranscriptLine.fromJson(json)).isEqualTo(line(Role.CALLER, "hi", true));
  }

  @Test
  void cutsALineBetweenCharacters() {
    TranscriptLine line = line(Role.AGENT, "ab\ud83d\ude00c", true);

    assertThat(line.within(5)).isSameAs(line);
    assertThat(line.within(4).text()).isEqualTo("ab\ud83d\ude00");
    assertThat(line.within(3)).isEqualTo(line(Role.AGENT, "ab", true));
    assertThat(line.within(0).text()).isEmpty();
  }

  @Test
  void keepsTheWordsOutOfLogs() {
    TranscriptLine line = line(Role.AGENT, "secret", true);

    assertThat(line.toString()).doesNotContain("secret");
    assertThat(Transcript.of(List.of(line)).toString()).doesNotContain("secret");
  }

  private static TranscriptLine line(Role role, String text, boolean last) {
    return new TranscriptLine(role, text, last, AT);
  }
}
