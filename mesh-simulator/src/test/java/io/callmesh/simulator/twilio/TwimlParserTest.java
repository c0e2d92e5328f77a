package io.callmesh.simulator.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.simulator.twilio.Verb.Action;
import io.callmesh.simulator.twilio.Verb.Written;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwimlParserTest {
  @Test
  void readsConnectWithStream() {
    List<Verb> verbs =
        verbs(
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
        verbs(
            """
            <Response>
              <Dial>+15550100009</Dial>
              <Dial action="/d"><Sip>sip:a@b</Sip><Number>+15550100008</Number></Dial>
              <Refer action="/r"><Sip>sip:c@d</Sip></Refer>
              <Enqueue workflowSid="WW1" action="/e" waitUrl="/w" waitUrlMethod="GET">
                <Task priority="5" timeout="600">{"a":"&lt;b&gt;"}</Task>
              </Enqueue>
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
            new Verb.Enqueue(
                new Enqueued("WW1", "", "{\"a\":\"<b>\"}", 5, 600),
                new Action("/e", false),
                new Action("/w", true)),
            new Verb.Enqueue(new Enqueued(null, "support", null), null, null));
  }

  @Test
  void readsSipAddressesWithTheirHeaders() {
    List<Verb> verbs =
        verbs(
            """
            <Response>
              <Dial callerId="+15550100007" timeout="20" answerOnBridge="true">
                <Sip>sip:desk@pbx.example:5061;transport=tls?X-Id=a%26b%20+c&amp;User-to-User=7</Sip>
              </Dial>
              <Refer><Sip>sip:desk@pbx.example?Replaces=9</Sip></Refer>
            </Response>
            """);

    assertThat(((Verb.Dial) verbs.get(0)).targets())
        .containsExactly(
            new Transfer(
                "Sip",
                "sip:desk@pbx.example:5061;transport=tls",
                Map.of("X-Id", "a&b +c", "User-to-User", "7"),
                "+15550100007",
                20,
                true));
    assertThat(((Verb.Refer) verbs.get(1)).target().headers()).isEqualTo(Map.of("Replaces", "9"));
  }

  @Test
  void keepsAttributesAsWritten() {
    List<Written> written =
        TwimlParser.parse(
            """
            <Response>
              <Say voice="Polly.Amy" language="en-GB" loop="2">Hello</Say>
              <Play loop="0">https://mesh/a.wav</Play>
              <Leave/>
            </Response>
            """);

    assertThat(written.get(0).attributes())
        .isEqualTo(Map.of("voice", "Polly.Amy", "language", "en-GB", "loop", "2"));
    assertThat(written)
        .extracting(Written::verb)
        .containsExactly(
            new Verb.Say("Hello", 2), new Verb.Play("https://mesh/a.wav", 1_000), new Verb.Leave());
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
        "<Response><Refer/></Response>",
        "<Response><Dial/></Response>",
        "<Response><Dial><Sip>sips:a@b</Sip></Dial></Response>",
        "<Response><Dial><Sip>sip:</Sip></Dial></Response>",
        "<Response><Dial><Sip>sip:a@b?X-Id</Sip></Dial></Response>",
        "<Response><Dial><Sip>sip:a@b?X-Id=%zz</Sip></Dial></Response>",
        "<Response><Dial><Sip>sip:a@b?Subject=x</Sip></Dial></Response>",
        "<Response><Enqueue workflowSid='WW1'><Task/></Enqueue></Response>",
        "<Response><Enqueue workflowSid='WW1'><Task>{\"a\":</Task></Enqueue></Response>",
        "<Response><Enqueue workflowSid='WW1'><Task>[1]</Task></Enqueue></Response>"
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

  private static List<Verb> verbs(String document) {
    return TwimlParser.parse(document).stream().map(Written::verb).toList();
  }

  private static String parameter(String name, String value) {
    return "<Response><Connect><Stream url='wss://a/b'><Parameter name='%s' value='%s'/></Stream></Connect></Response>"
        .formatted(name, value);
  }
}
