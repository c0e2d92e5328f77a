package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TwimlTest {
  private static final String PROLOG = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

  @Test
  void writesVerbsInOrder() {
    assertThat(new Twiml().say("Bye", "en-GB", "").hangup().end())
        .isEqualTo(PROLOG + "<Response><Say language=\"en-GB\">Bye</Say><Hangup/></Response>");
  }

  @Test
  void leavesAnUnknownLanguageToTwilio() {
    assertThat(new Twiml().say("Bye", " ", "").end())
        .isEqualTo(PROLOG + "<Response><Say>Bye</Say></Response>");
  }

  @Test
  void escapesWhatComesFromOutside() {
    String twiml =
        new Twiml()
            .say("</Say><Dial>+1900</Dial> & \"more\" ]]>", "\"><Dial>+1900</Dial>", "")
            .enqueue(
                new Enqueue(
                    "WW\"/><Hangup/>",
                    "",
                    null,
                    new JsonObject().put("a", "</Task><Hangup/>"),
                    null,
                    null))
            .end();

    assertThat(twiml).doesNotContain("<Dial>").doesNotContain("<Hangup/>");
    assertThat(Xml.parse(twiml).getElementsByTagName("Say").item(0).getTextContent())
        .isEqualTo("</Say><Dial>+1900</Dial> & \"more\" ]]>");
    assertThat(
            new JsonObject(Xml.parse(twiml).getElementsByTagName("Task").item(0).getTextContent()))
        .isEqualTo(new JsonObject().put("a", "</Task><Hangup/>"));
  }

  @Test
  void leavesOutWhatXmlCannotCarry() {
    String twiml = new Twiml().say("a\u0000b\u001Bc\uFFFEd\uD800e\tf\n😀 ü", "en\u0007", "").end();

    assertThat(Xml.parse(twiml).getDocumentElement().getTextContent()).isEqualTo("abcde\tf\n😀 ü");
    assertThat(Xml.attribute(twiml, "Say", "language")).isEqualTo("en");
  }

  @Test
  void connectsToAStreamWithItsParameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("from", "\"anonymous\" <&\u0000>");
    parameters.put("to", "+14158675309");
    String twiml =
        new Twiml()
            .connect(
                new StreamNoun(
                    "https://mesh.example/action?a=1&b=2",
                    "wss://mesh.example/streams/t",
                    "https://mesh.example/status",
                    parameters))
            .end();

    assertThat(Xml.attribute(twiml, "Connect", "action"))
        .isEqualTo("https://mesh.example/action?a=1&b=2");
    assertThat(Xml.attribute(twiml, "Connect", "method")).isEqualTo("POST");
    assertThat(Xml.attribute(twiml, "Stream", "url")).isEqualTo("wss://mesh.example/streams/t");
    assertThat(Xml.attribute(twiml, "Stream", "statusCallback"))
        .isEqualTo("https://mesh.example/status");
    assertThat(Xml.parameters(twiml))
        .isEqualTo(Map.of("from", "\"anonymous\" <&>", "to", "+14158675309"));
  }

  @Test
  void keepsParametersThatTwilioTakes() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("name", "x".repeat(495)); // 499 together
    parameters.put("long", "x".repeat(496));
    parameters.put("none", "");

    assertThat(new StreamNoun("a", "u", "s", parameters).parameters()).containsOnlyKeys("name");
  }
}
