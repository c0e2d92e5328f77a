package io.callmesh.contracts.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionMessagesTest {

  @ParameterizedTest
  @EnumSource(StreamEnd.class)
  void endComesBackFromItsText(StreamEnd end) {
    assertThat(StreamEnd.ofText(end.text())).isEqualTo(end);
  }

  @Test
  void anUnknownEndIsAnError() {
    assertThat(StreamEnd.ofText("newer")).isEqualTo(StreamEnd.ERROR);
  }

  @Test
  void takesAParameterOutOfTheMap() {
    Map<String, String> parameters = new HashMap<>(Map.of(StreamParameters.FROM, "+1", "own", "x"));

    assertThat(StreamParameters.take(parameters, StreamParameters.FROM)).isEqualTo("+1");
    assertThat(StreamParameters.take(parameters, StreamParameters.TO)).isEmpty();
    assertThat(parameters).containsOnlyKeys("own");
  }

  @Test
  void aWorkerHasRoomBelowItsCapacityUnlessItDrains() {
    assertThat(new WorkerPresence("w", "p", 9, 10, false).hasRoom()).isTrue();
    assertThat(new WorkerPresence("w", "p", 10, 10, false).hasRoom()).isFalse();
    assertThat(new WorkerPresence("w", "p", 0, 10, true).hasRoom()).isFalse();
    assertThat(new WorkerPresence("w", "p", 5, 10, false).load()).isEqualTo(0.5);
    assertThat(new WorkerPresence("w", "p", 0, 0, false).load()).isEqualTo(1.0);
  }
}
