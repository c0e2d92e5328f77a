package io.callmesh.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table in design.md, "State lives in Kafka". */
class TopicTest {

  @ParameterizedTest
  @CsvSource({
    "CONNECTORS, callmesh.connectors.v1, compact",
    "PHONE_NUMBERS, callmesh.phone-numbers.v1, compact",
    "API_KEYS, callmesh.api-keys.v1, compact",
    "OUTCOMES, callmesh.outcomes.v1, compact+delete",
    "CALL_EVENTS, callmesh.call-events.v1, delete",
  })
  void hasItsNameAndPolicy(Topic topic, String name, String policy) {
    assertThat(topic.topicName()).isEqualTo(name);
    assertThat(topic.cleanupPolicy()).isEqualTo(Set.of(policy.split("\\+")));
  }

  @Test
  void listsThemAll() {
    assertThat(Topic.all()).containsExactly(Topic.values());
  }
}
