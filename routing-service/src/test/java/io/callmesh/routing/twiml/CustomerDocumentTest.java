package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CustomerDocumentTest {
  private static final StreamNoun STREAM =
      new StreamNoun(
          "https://mesh.example/action?a=1&b=2",
          "wss://mesh.example/streams/t",
          "https://mesh.example/status",
          Map.of("from", "+1415\u0000"));

  @Test
  void putsTheStreamInPlaceAndKeepsTheRest() {
    CustomerDocument document =
        CustomerDocument.parse(
            """
            <?xml version="1.0" encoding="ISO-8859-1"?>
            <Response>
              <Say language="de-DE">Grüße — 日本 &amp; mehr</Say>
              <Connect connectorId=" conn-1 " method="GET"><Parameter name="vip" value="&lt;yes&gt;"/>
                <Parameter name="tier" value="1"/></Connect>
              <Redirect>https://customer.example/after?a=1&amp;b=2</Redirect>
            </Response>""");

    assertThat(document.connectorId()).isEqualTo("conn-1");
    String twiml = document.complete(STREAM);

    assertThat(Xml.verbs(twiml)).isEqualTo("Say Connect Redirect");
    assertThat(Xml.text(twiml, "Say")).isEqualTo("Grüße — 日本 & mehr");
    assertThat(Xml.text(twiml, "Redirect")).isEqualTo("https://customer.example/after?a=1&b=2");
    assertThat(Xml.attribute(twiml, "Connect", "connectorId")).isEmpty();
    assertThat(Xml.attribute(twiml, "Connect", "method")).isEqualTo("POST");
    assertThat(Xml.attribute(twiml, "Connect", "action"))
        .isEqualTo("https://mesh.example/action?a=1&b=2");
    assertThat(Xml.attribute(twiml, "Stream", "url")).isEqualTo("wss://mesh.example/streams/t");
    assertThat(Xml.parameters(twiml))
        .isEqualTo(Map.of("from", "+1415", "vip", "<yes>", "tier", "1"));
  }

  @Test
  void saysThatItIsUtf8SinceItIsSentSo() {
    String twiml =
        CustomerDocument.parse(
                "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
                    + "<Response><Connect connectorId=''/></Response>")
            .complete(STREAM);

    assertThat(twiml).startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"");
  }

  @Test
  void leavesAConnectOfTheCustomersOwnAlone() {
    String twiml =
        CustomerDocument.parse(
                "<Response><Connect><Room>daily</Room></Connect>"
                    + "<Connect connectorId=''/></Response>")
            .complete(STREAM);

    assertThat(Xml.verbs(twiml)).isEqualTo("Connect Connect");
    assertThat(Xml.text(twiml, "Room")).isEqualTo("daily");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE Response [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
            + "<Response><Say>&x;</Say><Connect connectorId=''/></Response>",
        "<!DOCTYPE Response SYSTEM \"http://127.0.0.1:9/x.dtd\">"
            + "<Response><Connect connectorId=''/></Response>",
        "<!DOCTYPE Response [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>"
            + "<Response><Say>&b;</Say><Connect connectorId=''/></Response>",
      })
  void refusesDocumentTypes(String twiml) {
    assertThatThrownBy(() -> CustomerDocument.parse(twiml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("DOCTYPE is disallowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "hello", "<Response>", "<Response><Connect connectorId=''></Response>", "{}"})
  void refusesWhatIsNotXml(String twiml) {
    assertThatThrownBy(() -> CustomerDocument.parse(twiml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("twiml is not well-formed XML");
  }

  @Test
  void refusesWhatIsNotTwiml() {
    assertThatThrownBy(() -> CustomerDocument.parse("<html><Connect connectorId=''/></html>"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("twiml must have <Response> as its root");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<Response/>",
        "<Response><Connect/></Response>",
        "<Response><Connect connectorId='a'/><Connect connectorId='b'/></Response>"
      })
  void wantsExactlyOneConnector(String twiml) {
    assertThatThrownBy(() -> CustomerDocument.parse(twiml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("twiml must have exactly one <Connect connectorId=\"…\"/>, has ");
  }

  @Test
  void refusesAHugeDocument() {
    assertThatThrownBy(
            () -> CustomerDocument.parse("x".repeat(CustomerDocument.MAX_CHARACTERS + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("twiml must have at most 32000 characters");
  }

  @Test
  void refusesADocumentNestedTooDeeplyToBeWritten() {
    int depth = 4_000;
    String twiml =
        "<Response><Connect connectorId=''/>"
            + "<a>".repeat(depth)
            + "</a>".repeat(depth)
            + "</Response>";

    assertThatThrownBy(() -> CustomerDocument.parse(twiml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("twiml is not well-formed XML");
  }
}
