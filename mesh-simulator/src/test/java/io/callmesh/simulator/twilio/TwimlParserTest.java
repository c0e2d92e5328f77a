package io.callmesh.simulator.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.simulator.twilio.Verb.Action;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwimlParserTest {
  @Test
  void readsConnectWithStream() {
    List<Verb> verbs =
        TwimlParser.parse(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Response>
              <!-- a comment -->
              <Connect action="/after" method="GET">
                <Stream url="wss://mesh/streams/t" name="agent" statusCallback="https://mesh/s?a=1&amp;b=2">
                  <Parameter name="conversationId" value="c-42"/>
                </Stream>
              </Connect>
              <Hangup/>
            </Response>
            """);

    assertThat(verbs).extracting(Verb::name).containsExactly("Connect/Stream", "Hangup");
    Verb.Stream stream = (Verb.Stream) verbs.get(0);
    assertThat(stream.action()).isEqualTo(new Action("/after", true));
    assertThat(stream.url()).isEqualTo("wss://mesh/streams/t");
    assertThat(stream.statusCallback()).isEqualTo(new Action("https://mesh/s?a=1&b=2", false));
    assertThat(stream.parameters()).containsEntry("conversationId", "c-42");
  }

  @Test
  void readsTransfersAndQueues() {
    List<Verb> verbs =
        TwimlParser.parse(
            """
            <Response>
              <Dial>+15550100009</Dial>
              <Dial action="/d"><Sip>sip:a@b</Sip><Number>+15550100008</Number></Dial>
              <Refer action="/r"><Sip>sip:c@d</Sip></Refer>
              <Enqueue workflowSid="WW1"><Task>{"a":"&lt;b&gt;"}</Task></Enqueue>
              <Enqueue>support</Enqueue>
            </Response>
            """);

    assertThat(verbs)
        .containsExactly(
            new Verb.Dial(null, List.of(new Transfer("Number", "+15550100009"))),
            new Verb.Dial(
                new Action("/d", false),
                List.of(new Transfer("Sip", "sip:a@b"), new Transfer("Number", "+15550100008"))),
            new Verb.Refer(new Action("/r", false), new Transfer("Refer", "sip:c@d")),
            new Verb.Enqueue(new Enqueued("WW1", "", "{\"a\":\"<b>\"}")),
            new Verb.Enqueue(new Enqueued(null, "support", null)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no XML",
        "<Response>",
        "<Response><Say>&nbsp;</Say></Response>",
        "<!DOCTYPE Response [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>"
            + "<Response><Say>&x;</Say></Response>"
      })
  void refusesWhatIsNotWellFormedOrHasDtd(String document) {
    assertThatThrownBy(() -> TwimlParser.parse(document))
        .isInstanceOf(CallException.class)
        .hasMessageContaining("12100");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<Twiml/>",
        "<Response><Gather/></Response>",
        "<Response><connect/></Response>",
        "<Response><Connect/></Response>",
        "<Response><Connect><ConversationRelay url='wss://a/b'/></Connect></Response>",
        "<Response><Pause length='long'/></Response>",
        "<Response><Refer/></Response>"
      })
  void refusesWhatItCannotRun(String document) {
    assertThatThrownBy(() -> TwimlParser.parse(document)).isInstanceOf(CallException.class);
  }

  @Test
  void refusesLongParameters() {
    String value = "x".repeat(498);

    assertThat(TwimlParser.parse(parameter("n", value))).hasSize(1);
    assertThatThrownBy(() -> TwimlParser.parse(parameter("nn", value)))
        .hasMessage("the <Parameter> nn has 500 characters or more");
  }

  private static String parameter(String name, String value) {
    return "<Response><Connect><Stream url='wss://a/b'><Parameter name='%s' value='%s'/></Stream></Connect></Response>"
        .formatted(name, value);
  }
}
