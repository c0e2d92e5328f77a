package io.callmesh.worker.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.worker.Mutations;
import io.callmesh.worker.agent.CallmeshMessages.Malformed;
import io.callmesh.worker.agent.MediaStreamsReader.Message;
import java.util.Base64;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Whatever an agent sends is a message, or is not one: nothing else comes of reading it. */
class AgentMessagesPropertyTest {
  private static final String[] CALLMESH = {
    "{\"type\":\"clear\"}",
    "{\"type\":\"mark\",\"name\":\"u1\"}",
    "{\"type\":\"hangup\",\"reason\":\"done\"}",
    "{\"type\":\"transcript\",\"role\":\"caller\",\"text\":\"hi \\u00e9\",\"final\":false}",
    "{\"type\":\"event\",\"name\":\"n\",\"data\":{\"a\":[1,2.5e3,null,true]}}",
    "{\"type\":\"context\",\"context\":{\"state\":{\"handoff\":{\"e\":[1.10]}}}}",
    "{\"type\":\"handoff\",\"destination\":\"a\",\"reason\":\"b\",\"utterance\":\"c\","
        + "\"utterance_spoken\":true,\"shared_id\":\"d\","
        + "\"context\":{\"state\":{\"handoff\":{\"e\":[]}}}}"
  };
  private static final String[] MEDIA_STREAMS = {
    "{\"event\":\"media\",\"streamSid\":\"MZ1\",\"media\":{\"payload\":\"//7+/w==\"}}",
    "{\"event\":\"mark\",\"streamSid\":\"MZ1\",\"mark\":{\"name\":\"u1\"}}",
    "{\"event\":\"clear\",\"streamSid\":\"MZ1\"}"
  };

  @Property(tries = 2_000)
  void callmeshTakesAnyText(@ForAll("callmesh") String text) {
    AgentRecorder agent = new AgentRecorder();
    int expected = 1;
    try {
      CallmeshMessages.read(text, agent);
    } catch (Malformed malformed) {
      expected = 0;
      assertThat(malformed.code).matches("not_json|bad_field|too_large|state_[a-z_]+");
    }
    assertThat(agent.heard.size() + agent.handoffs.size()).isEqualTo(expected);
  }

  @Property(tries = 2_000)
  void mediaStreamsTakesAnyText(@ForAll("mediaStreams") String text) {
    Message message = MediaStreamsReader.read(text.getBytes(UTF_8));

    if (message.audio() != null || message.mark() != null) {
      assertThat(message.event()).isEqualTo(message.audio() == null ? "mark" : "media");
    }
  }

  @Property(tries = 500)
  void mediaStreamsReadsWhatWasWritten(@ForAll @Size(max = 2_000) byte[] mulaw) {
    String payload = Base64.getEncoder().encodeToString(mulaw);
    Message message =
        MediaStreamsReader.read(
            ("{\"media\":{\"payload\":\""
                    + payload
                    + "\"},\"streamSid\":\"MZ1\",\"event\":\"media\"}")
                .getBytes(UTF_8));

    assertThat(message.isFor("MZ1")).isTrue();
    assertThat(message.audio()).isEqualTo(mulaw);
  }

  @Provide
  Arbitrary<String> callmesh() {
    return Arbitraries.oneOf(Arbitraries.strings(), Mutations.of(CALLMESH));
  }

  @Provide
  Arbitrary<String> mediaStreams() {
    return Arbitraries.oneOf(Arbitraries.strings(), Mutations.of(MEDIA_STREAMS));
  }
}
