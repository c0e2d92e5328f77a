package io.callmesh.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.worker.agent.CallmeshMessages.Malformed;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallmeshMessagesTest {
  private final AgentRecorder agent = new AgentRecorder();

  @Test
  void readsEveryType() throws Malformed {
    read("{\"type\":\"clear\"}");
    read("{\"type\":\"mark\",\"name\":\"u1\",\"extra\":1}");
    read("{\"type\":\"hangup\"}");
    read("{\"type\":\"hangup\",\"reason\":\"done\"}");
    read("{\"type\":\"context\",\"context\":{\"state\":{\"handoff\":{\"n\": 1.10}}}}");
    read("{\"type\":\"context\"}");
    read("{\"type\":\"transcript\",\"role\":\"caller\",\"text\":\"hi\",\"final\":false}");
    read("{\"type\":\"event\",\"name\":\"n\",\"data\":{\"a\":1}}");
    read("{\"type\":\"something.new\",\"name\":3}");

    assertThat(agent.heard)
        .containsExactly(
            "clear",
            "mark u1",
            "hangup null",
            "hangup done",
            "context {\"n\": 1.10}",
            "context {}",
            "transcript CALLER hi false",
            "event n {\"a\":1}",
            "unknown");
  }

  @Test
  void keepsTheHandoffStateAsItIs() throws Malformed {
    String state =
        "{\"z\":null,\"a\":[1,2.5,{\"b\":\"\u00e9\ud83d\ude00\"}],\"big\":12345678901234567890.1230, \"f\":1.10,\"e\":{}}";
    read(
        "{\"type\":\"handoff\",\"destination\":\"billing\",\"reason\":\"needs_human\","
            + "\"utterance\":\"One moment\",\"utterance_spoken\":true,\"shared_id\":\"s-1\",\"context\":{\"state\":{\"x\":1,\"handoff\":"
            + state
            + "}}}");

    assertThat(agent.handoffs)
        .containsExactly(
            new HandoffRequest(
                "billing", "needs_human", "One moment", true, "s-1", HandoffData.of(state)));
    assertThat(agent.handoffs.get(0).state().text()).isEqualTo(state);
  }

  @ParameterizedTest
  @CsvSource({
    "state_too_deep, 17, 1, 1",
    "state_too_many_members, 1, 2001, 1",
    "state_too_large, 1, 1, 65536",
  })
  void refusesAStateThatMayNotBeStored(String code, int levels, int members, int characters)
      throws Malformed {
    String inner =
        IntStream.range(0, members)
            .mapToObj(i -> "\"" + i + "\":\"" + "x".repeat(characters) + "\"")
            .collect(Collectors.joining(",", "{", "}"));
    String state = "{\"a\":".repeat(levels - 1) + inner + "}".repeat(levels - 1);

    read("{\"type\":\"handoff\",\"context\":{\"state\":{\"handoff\":" + state + "}}}");

    assertThat(agent.heard).containsExactly("refused " + code);
    assertThat(agent.handoffs).isEmpty();
    assertThatThrownBy(
            () ->
                read("{\"type\":\"context\",\"context\":{\"state\":{\"handoff\":" + state + "}}}"))
        .isInstanceOfSatisfying(
            Malformed.class, malformed -> assertThat(malformed.code).isEqualTo(code));
  }

  /** Vert.x takes them, JSON does not: neither may they be stored, nor the state be left out. */
  @Test
  void refusesAStateWithComments() throws Malformed {
    String state = "{\"a\":1 /* or 2 */}";

    read("{\"type\":\"handoff\",\"context\":{\"state\":{\"handoff\":" + state + "}}}");

    assertThat(agent.heard).containsExactly("refused state_not_an_object");
    assertThat(agent.handoffs).isEmpty();
    assertThatThrownBy(
            () ->
                read("{\"type\":\"context\",\"context\":{\"state\":{\"handoff\":" + state + "}}}"))
        .isInstanceOfSatisfying(
            Malformed.class,
            malformed -> assertThat(malformed.code).isEqualTo("state_not_an_object"));
  }

  @Test
  void keepsAStateWithCommentsAroundIt() throws Malformed {
    String frame = "{\"type\":%s,/* } */\"context\":{\"state\"://\n{\"handoff\":{\"n\": 1.10}}}}";
    read(frame.formatted("\"context\""));
    read(frame.formatted("\"handoff\""));

    assertThat(agent.heard).containsExactly("context {\"n\": 1.10}");
    assertThat(agent.handoffs.get(0).state().text()).isEqualTo("{\"n\": 1.10}");
  }

  @Test
  void takesAHandoffWithNothingInIt() throws Malformed {
    read("{\"type\":\"handoff\"}");
    read("{\"type\":\"handoff\",\"utterance_spoken\":null,\"context\":{\"state\":null}}");

    HandoffRequest empty = new HandoffRequest(null, null, null, false, null, HandoffData.EMPTY);
    assertThat(agent.handoffs).containsExactly(empty, empty);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "null",
        "1",
        "\"text\"",
        "{} {}",
        "[]",
        "{\"type\":\"mark\"",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"mark\"}",
        "{\"type\":\"mark\",\"name\":\"\"}",
        "{\"type\":\"mark\",\"name\":{}}",
        "{\"type\":\"hangup\",\"reason\":[]}",
        "{\"type\":\"handoff\",\"utterance_spoken\":\"yes\"}",
        "{\"type\":\"handoff\",\"context\":\"x\"}",
        "{\"type\":\"handoff\",\"context\":{\"state\":{\"handoff\":[]}}}",
        "{\"type\":\"context\",\"context\":{\"state\":{\"handoff\":7}}}",
        "{\"type\":\"transcript\",\"role\":\"ghost\",\"text\":\"boo\"}",
        "{\"type\":\"transcript\",\"role\":\"agent\"}",
        "{\"type\":\"transcript\",\"role\":\"agent\",\"text\":\"x\",\"final\":\"yes\"}",
        "{\"type\":\"event\",\"data\":{}}",
        "{\"type\":\"event\",\"name\":\"n\",\"data\":1}"
      })
  void refusesWhatItCannotUnderstand(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(Malformed.class);
    assertThat(agent.heard).isEmpty();
  }

  @Test
  void refusesWhatIsTooLong() {
    String name = "x".repeat(CallmeshMessages.MAX_MARK_NAME + 1);
    assertThatThrownBy(() -> read("{\"type\":\"mark\",\"name\":\"" + name + "\"}"))
        .isInstanceOf(Malformed.class);
    String reason = "x".repeat(257);
    assertThatThrownBy(() -> read("{\"type\":\"handoff\",\"reason\":\"" + reason + "\"}"))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(
            () -> read("{\"type\":\"event\",\"name\":\"n\",\"data\":" + "[".repeat(5_000)))
        .isInstanceOf(Malformed.class);
    String said = "x".repeat(16 * 1024 + 1);
    assertThatThrownBy(
            () -> read("{\"type\":\"transcript\",\"role\":\"agent\",\"text\":\"" + said + "\"}"))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(
            () -> read("{\"type\":\"event\",\"name\":\"n\",\"data\":{\"a\":\"" + said + "\"}}"))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> read("{\"type\":\"event\",\"name\":\"" + reason + "\"}"))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> read(" ".repeat(CallmeshMessages.MAX_TEXT + 1)))
        .isInstanceOf(Malformed.class)
        .hasMessageContaining("256 KiB");
  }

  @Test
  void refusesAnEventWhoseDataCouldNotBeMasked() {
    String deep = "{\"a\":".repeat(17) + "1" + "}".repeat(17);

    assertThatThrownBy(() -> read("{\"type\":\"event\",\"name\":\"n\",\"data\":" + deep + "}"))
        .isInstanceOf(Malformed.class)
        .hasMessageContaining("16 levels");
  }

  @Test
  void keepsWhatWasSaidOutOfLogs() {
    assertThat(
            List.of(
                new AgentEvent("n", HandoffData.of("{\"a\":\"secret\"}")).toString(),
                new HandoffRequest(null, "secret", "secret", false, "secret", HandoffData.EMPTY)
                    .toString()))
        .noneMatch(text -> text.contains("secret"));
  }

  private void read(String text) throws Malformed {
    CallmeshMessages.read(text, agent);
  }
}
