package io.callmesh.contracts.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static final Instant STORED = Instant.parse("2026-11-23T10:00:00.123Z");

  @Test
  void comesBackFromItsJson() {
    JsonObject state =
        new JsonObject()
            .put("handoff", new JsonObject().put("n", 1.5).put("null", (Object) null))
            .put("list", new JsonArray().add("\u00e4").add(true));
    Outcome outcome = outcome("billing", "shared", state).expiringAt(STORED.plusMillis(5));

    assertThat(Outcome.fromJson(reparsed(outcome))).isEqualTo(outcome);
  }

  @Test
  void leavesOutWhatItDoesNotHave() {
    Outcome outcome = outcome(null, null, new JsonObject());

    assertThat(outcome.toJson().fieldNames())
        .doesNotContain(
            "destination", "sharedId", "expiresAt", "transcript", "utterance", "reason");
    assertThat(Outcome.fromJson(reparsed(outcome))).isEqualTo(outcome);
  }

  @Test
  void ignoresWhatItDoesNotKnow() {
    Outcome outcome = outcome("billing", null, new JsonObject());

    assertThat(Outcome.fromJson(reparsed(outcome).put("newer", new JsonArray())))
        .isEqualTo(outcome);
  }

  @Test
  void isDecidedToTheMillisecond() {
    JsonObject json = outcome(null, null, new JsonObject()).toJson();

    assertThat(Outcome.fromJson(json.put("decidedAt", "2026-11-23T10:00:00.123456789Z")))
        .extracting(Outcome::decidedAt)
        .isEqualTo(STORED);
  }

  private static JsonObject reparsed(Outcome outcome) {
    return new JsonObject(outcome.toJson().encode());
  }

  private static Outcome outcome(
      @Nullable String destination, @Nullable String sharedId, JsonObject state) {
    return new Outcome(
        "CA1",
        "AC1",
        "conv-1",
        "conn-1",
        "acc",
        "proj",
        Outcome.Kind.HANGUP,
        destination,
        null,
        null,
        sharedId != null,
        sharedId,
        HandoffData.of(state),
        Transcript.EMPTY,
        STORED,
        null);
  }
}
