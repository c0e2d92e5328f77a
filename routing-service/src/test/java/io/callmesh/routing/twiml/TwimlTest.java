package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.NodeList;

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

  private static final Dial DIAL = new Dial("/dialled?a=1&b=2", 20, "+15005550006");

  static Stream<Arguments> verbs() {
    JsonObject attributes = new JsonObject().put("a", "\"<&>").put("b", 1);
    return Stream.of(
        arguments(new Twiml(), ""),
        arguments(
            new Twiml().say("Hi <b>", "de-DE", ""), "<Say language=\"de-DE\">Hi &lt;b></Say>"),
        arguments(
            new Twiml().say("Hi", "en-GB", "Polly.Amy"),
            "<Say voice=\"Polly.Amy\" language=\"en-GB\">Hi</Say>"),
        arguments(new Twiml().say(" \u0000", "en", "").say("", "en", ""), ""),
        arguments(new Twiml().hangup(), "<Hangup/>"),
        arguments(
            new Twiml().play("https://a/b?c=1&d=2", 0),
            "<Play loop=\"0\">https://a/b?c=1&amp;d=2</Play>"),
        arguments(new Twiml().pause(3).leave(), "<Pause length=\"3\"/><Leave/>"),
        arguments(
            new Twiml().redirect("/a?b=1&c=2"),
            "<Redirect method=\"POST\">/a?b=1&amp;c=2</Redirect>"),
        arguments(
            new Twiml().connect(new StreamNoun("/a", "wss://b", "/c", Map.of("d", "e"))),
            "<Connect action=\"/a\" method=\"POST\"><Stream url=\"wss://b\" statusCallback=\"/c\">"
                + "<Parameter name=\"d\" value=\"e\"/></Stream></Connect>"),
        arguments(
            new Twiml().enqueue(new Enqueue("WW1", "/q", "/w", attributes, 5, 60)),
            "<Enqueue workflowSid=\"WW1\" action=\"/q\" method=\"POST\" waitUrl=\"/w\""
                + " waitUrlMethod=\"POST\"><Task priority=\"5\" timeout=\"60\">"
                + "{\"a\":\"\\\"&lt;&amp;&gt;\",\"b\":1}</Task></Enqueue>"),
        arguments(
            new Twiml().enqueue(new Enqueue("WW1", "/q", null, new JsonObject(), null, null)),
            "<Enqueue workflowSid=\"WW1\" action=\"/q\" method=\"POST\"><Task>{}</Task></Enqueue>"),
        arguments(
            new Twiml().dialSip(DIAL, "sip:a@b?X-C=1&X-D=2"),
            "<Dial action=\"/dialled?a=1&amp;b=2\" method=\"POST\" timeout=\"20\""
                + " callerId=\"+15005550006\" answerOnBridge=\"true\">"
                + "<Sip>sip:a@b?X-C=1&amp;X-D=2</Sip></Dial>"),
        arguments(
            new Twiml().dialNumber(new Dial("/d", null, null), "+15005550006"),
            "<Dial action=\"/d\" method=\"POST\" answerOnBridge=\"true\">"
                + "<Number>+15005550006</Number></Dial>"),
        arguments(
            new Twiml().refer("/r", "sip:a@b?X-C=1&X-D=2"),
            "<Refer action=\"/r\" method=\"POST\"><Sip>sip:a@b?X-C=1&amp;X-D=2</Sip></Refer>"));
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void writesEachVerb(Twiml twiml, String verbs) {
    assertThat(twiml.end())
        .isEqualTo(
            PROLOG + (verbs.isEmpty() ? "<Response/>" : "<Response>" + verbs + "</Response>"));
  }

  @Test
  void neverLetsAValueBecomeMarkup() {
    String evil = "\"'><Hangup/>&]]>\r\n\t\u0000";
    JsonObject attributes = new JsonObject().put(evil, evil);
    String twiml =
        new Twiml()
            .say(evil, evil, evil)
            .play(evil, 1)
            .redirect(evil)
            .enqueue(new Enqueue(evil, evil, evil, attributes, 1, 1))
            .dialSip(new Dial(evil, 1, evil), evil)
            .dialNumber(new Dial(evil, 1, evil), evil)
            .refer(evil, evil)
            .end();

    assertThat(Xml.verbs(twiml)).isEqualTo("Say Play Redirect Enqueue Dial Dial Refer");
    assertThat(Xml.parse(twiml).getElementsByTagName("Hangup").getLength()).isZero();
    String clean = evil.replace("\u0000", "");
    assertThat(Xml.text(twiml, "Redirect")).isEqualTo(clean);
    assertThat(Xml.text(twiml, "Number")).isEqualTo(clean);
    assertThat(Xml.attribute(twiml, "Say", "voice")).isEqualTo(clean);
    assertThat(Xml.attribute(twiml, "Refer", "action")).isEqualTo(clean);
    assertThat(new JsonObject(Xml.text(twiml, "Task"))).isEqualTo(attributes);
  }

  @Test
  void saysALongTextInSeveralSentences() {
    String words = "word ".repeat(1_500);
    String twiml = new Twiml().say(words, "en", "").end();

    assertThat(Xml.verbs(twiml)).isEqualTo("Say Say");
    assertThat(Xml.parse(twiml).getDocumentElement().getTextContent()).isEqualTo(words);
    assertThat(Xml.parse(twiml).getElementsByTagName("Say").item(0).getTextContent())
        .isEqualTo("word ".repeat(819)); // 4,095 characters
  }

  @Test
  void boundsWhatItSaysAndSplitsNoCharacter() {
    String twiml = new Twiml().say("x" + "😀".repeat(10_000), "", "").end();

    NodeList sentences = Xml.parse(twiml).getElementsByTagName("Say");
    assertThat(sentences.getLength()).isEqualTo(3);
    assertThat(sentences.item(0).getTextContent()).isEqualTo("x" + "😀".repeat(2_047));
    assertThat(sentences.item(1).getTextContent()).isEqualTo("😀".repeat(2_048));
    assertThat(new Twiml().say("&".repeat(100_000), "", "").end().length()).isLessThan(65_536);
  }
}
