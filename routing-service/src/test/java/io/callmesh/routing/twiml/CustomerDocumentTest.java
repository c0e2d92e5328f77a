package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CustomerDocumentTest {
  private static final String PROLOG = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  private static final String OPEN = "<Connect action=\"/a1\" method=\"POST\">";
  private static final String STREAM_1 =
      "<Stream url=\"wss://m/1\" statusCallback=\"/s1\">"
          + "<Parameter name=\"callmeshFrom\" value=\"+1\"/>";
  private static final String CONNECT_1 = OPEN + STREAM_1 + "</Stream></Connect>";

  /** Differ by their number. */
  private static StreamNoun stream(int number) {
    return new StreamNoun(
        "/a" + number, "wss://m/" + number, "/s" + number, Map.of("callmeshFrom", "+" + number));
  }

  private static String complete(String twiml) {
    return CustomerDocument.parse(twiml).complete(List.of(stream(1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<Response>|</Response>",
        "<Response >\r\n\t|\r</Response\n>",
        "<!-- a > b --><?pi <Connect connectorId=''/>?>\n<Response>|</Response>\n<!-- end -->\n",
        "<Response><!-- <Connect connectorId=''/> -->|<![CDATA[ ]]></Response>",
        "<Response><Say><![CDATA[<Connect connectorId='x'/> ]] > &amp;]]></Say>|</Response>",
        "<Response xmlns='urn:a' xmlns:b=\"urn:b\" b:c='1'>|<b:d/></Response>",
        "<Response><Play loop = '2'\n digits=\"a'b\">https://a/?b=1&amp;c=2</Play>|</Response>",
        "<Response>&#8364;&#x20AC;€ &lt;&gt;&quot;&apos; 日本 😀|&#13;</Response>",
        "<Response><Say voice='Polly.Amy'>a <break time='1s'/>b</Say>|<Hangup/></Response>",
        "<Response>|<Connect action='/own'><ConversationRelay url='wss://x'>"
            + "<Parameter name='a' value='b'/></ConversationRelay></Connect></Response>",
        "<Response><Connect\n/>|</Response>",
        "<Response><Say a='>' b=\"/>\">></Say>|</Response>",
      })
  void leavesWhatIsNoSlotByteForByte(String twiml) {
    for (String slot :
        List.of(
            "<Connect connectorId=''/>",
            "<Connect\n  connectorId = \"\"></Connect >",
            "<Connect connectorId='&#32;'\r\n/>")) {
      assertThat(complete(twiml.replace("|", slot)))
          .isEqualTo(PROLOG + twiml.replace("|", CONNECT_1));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\uFEFF",
        "<?xml version=\"1.0\"?>",
        "\uFEFF<?xml version='1.0' encoding='ISO-8859-1' standalone='yes'?>",
        "<?xml version=\"1.0\" encoding=\"UTF-16\" ?>",
        "<?xml\r\nversion='1.0'\r\n?>"
      })
  void saysThatItIsUtf8SinceItIsSentSo(String declaration) {
    assertThat(complete(declaration + "\n<Response>ü<Connect connectorId=''/></Response>"))
        .isEqualTo(PROLOG + "\n<Response>ü" + CONNECT_1 + "</Response>");
  }

  @Test
  void findsASlotFarBehindTheParsersBuffers() {
    String far = "\r\n&amp;é<a b='\r\n'/>😀\r<!--\r\n-->".repeat(600);

    assertThat(complete("<Response>" + far + "<Connect connectorId=''/>" + far + "</Response>"))
        .isEqualTo(PROLOG + "<Response>" + far + CONNECT_1 + far + "</Response>");
  }

  @Test
  void keepsParametersAndCommentsOfASlotBehindOurs() {
    CustomerDocument document =
        CustomerDocument.parse(
            """
            <Response><Connect id="7" connectorId=" conn-1 " note="a&quot;&lt;b"><!-- who -->
              <Parameter name="vip" value='&lt;"yes">'/>
              <Parameter value="" name="tier"></Parameter></Connect></Response>""");

    assertThat(document.connectorIds()).containsExactly("conn-1");
    assertThat(document.parameters(0))
        .containsExactly(Map.entry("vip", "<\"yes\">"), Map.entry("tier", ""));
    String twiml = document.complete(List.of(stream(1)));
    assertThat(twiml)
        .isEqualTo(
            PROLOG
                + "<Response><Connect action=\"/a1\" method=\"POST\" id=\"7\""
                + " note=\"a&quot;&lt;b\">"
                + STREAM_1
                + """
                <!-- who -->
                  <Parameter name="vip" value='&lt;"yes">'/>
                  <Parameter value="" name="tier"></Parameter></Stream></Connect></Response>""");
    assertThat(Xml.parameters(twiml))
        .isEqualTo(Map.of("callmeshFrom", "+1", "vip", "<\"yes\">", "tier", ""));
  }

  @Test
  void completesEachSlotWithItsOwnStream() {
    CustomerDocument document =
        CustomerDocument.parse(
            "<Response><Connect connectorId=''/>a<Connect connectorId='b'/><Connect><Room>c</Room>"
                + "</Connect><Connect connectorId='d'/></Response>");

    assertThat(document.connectorIds()).containsExactly("", "b", "d");
    assertThat(document.complete(List.of(stream(1), stream(2), stream(3))))
        .isEqualTo(
            PROLOG
                + "<Response>"
                + CONNECT_1
                + "a"
                + CONNECT_1.replace('1', '2')
                + "<Connect><Room>c</Room></Connect>"
                + CONNECT_1.replace('1', '3')
                + "</Response>");
    assertThatThrownBy(() -> document.complete(List.of(stream(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there must be 3 streams, were 1");
  }

  @Test
  void tellsWhatFollowsASlot() {
    CustomerDocument document =
        CustomerDocument.parse(
            "<?xml version='1.0'?><!-- a --><Response a='1'>b<Say>c</Say><Connect connectorId=''/>\r\n"
                + "<Say>d</Say>|<Connect connectorId=''><Parameter name='e' value='f'/></Connect>"
                + "<!-- g -->\n</Response><!-- h -->");

    assertThat(document.after(0, List.of()))
        .isEqualTo(PROLOG + "<Response a='1'>\r\n<Say>d</Say>|<!-- g -->\n</Response><!-- h -->");
    assertThat(document.after(0, List.of(stream(1))))
        .isEqualTo(
            PROLOG
                + "<Response a='1'>\r\n<Say>d</Say>|"
                + OPEN
                + STREAM_1
                + "<Parameter name='e' value='f'/></Stream></Connect>"
                + "<!-- g -->\n</Response><!-- h -->");
    assertThat(document.after(1, List.of()))
        .isEqualTo(PROLOG + "<Response a='1'><!-- g -->\n</Response><!-- h -->");
    assertThat(document.endsWith(0)).isFalse();
    assertThat(document.endsWith(1)).isTrue();
    assertThatThrownBy(() -> document.after(0, List.of(stream(1), stream(2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there must be 1 streams, were 2");
  }

  @Test
  void aSlotThatOnlySlotsFollowIsNotTheEnd() {
    CustomerDocument document =
        CustomerDocument.parse(
            "<Response><Connect connectorId=''/><Connect connectorId=''/> text</Response>");

    assertThat(document.endsWith(0)).isFalse();
    assertThat(document.endsWith(1)).isTrue();
  }

  @Test
  void escapesWhatAStreamBringsAlong() {
    String evil = "\"><Hangup/>'&\u0000\r\n";
    String twiml =
        CustomerDocument.parse("<Response><Connect connectorId=''/></Response>")
            .complete(List.of(new StreamNoun(evil, evil, evil, Map.of("callmeshFrom", evil))));

    assertThat(Xml.verbs(twiml)).isEqualTo("Connect");
    assertThat(Xml.parse(twiml).getElementsByTagName("Hangup").getLength()).isZero();
    String clean = evil.replace("\u0000", "");
    assertThat(Xml.attribute(twiml, "Connect", "action")).isEqualTo(clean);
    assertThat(Xml.attribute(twiml, "Stream", "url")).isEqualTo(clean);
    assertThat(Xml.parameters(twiml)).isEqualTo(Map.of("callmeshFrom", clean));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          1:1  | must have <Response> as its root | <html><Connect connectorId=''/></html>
          2:1  | must have <Response> as its root | <?xml version='1.0'?>^<response/>
          1:1  | must have <Response> as its root | <a:Response/>
          1:1  | must have a <Connect connectorId | <Response/>
          2:3  | must have a <Connect connectorId | ^  <Response><Connect/><Connect/></Response>
          1:1  | only be on a <Connect> directly  | <Response connectorId=''/>
          1:11 | only be on a <Connect> directly  | <Response><Say connectorId=''/></Response>
          2:2  | only be on a <Connect> directly  | <Response><Gather>^ <Connect connectorId=''/></Gather></Response>
          2:11 | only be on a <Connect> directly  | <Response><Connect connectorId=''>^</Connect><Gather connectorId=''/></Response>
          1:35 | only be on a <Connect> directly  | <Response><Connect connectorId=''><Parameter connectorId='' name='a' value='b'/></Connect></Response>
          2:1  | no action or method              | <Response>^<Connect connectorId='' action='/x'/></Response>
          1:11 | no action or method              | <Response><Connect method='GET' connectorId=''/></Response>
          3:6  | no children but <Parameter       | <Response><Connect connectorId=''>^<!--€-->^<?😀?><Stream url='wss://x'/></Connect></Response>
          2:30 | no children but <Parameter       | <Response><Connect connectorId=''>^<Parameter name='a' value=''><Parameter name='b' value=''/></Parameter></Connect></Response>
          1:11 | can have no text                 | <Response><Connect connectorId=''> hi </Connect></Response>
          1:11 | can have no text                 | <Response><Connect connectorId=''><![CDATA[ hi ]]></Connect></Response>
          2:1  | must have a name and a value     | <Response><Connect connectorId=''>^<Parameter name='a'/></Connect></Response>
          2:1  | must have a name and a value     | <Response><Connect connectorId=''>^<Parameter value='a'/></Connect></Response>
          2:1  | must not begin with callmesh     | <Response><Connect connectorId=''>^<Parameter name='callmeshFrom' value='a'/></Connect></Response>
          1:65 | have the same name               | <Response><Connect connectorId=''><Parameter name='a' value=''/><Parameter name='a' value='b'/></Connect></Response>
          1:1  | must be XML 1.0                  | <?xml version='1.1'?><Response><Connect connectorId=''/>&#1;</Response>
          """)
  void refusesWhatCouldNotWork(String place, String sentence, String twiml) {
    for (String lineEnd : List.of("\n", "\r\n", "\r")) {
      TwimlException fault = fault(twiml.replace("^", lineEnd));

      assertThat(fault).hasMessageContaining(sentence);
      assertThat(fault.getMessage()).endsWith(".").doesNotContainPattern("\\[|line|column");
      assertThat(fault.line() + ":" + fault.column()).isEqualTo(place);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          1:1   | ``
          1:1   | hello
          1:1   | {}
          1:10  | <Response>
          1:44  | <Response><Connect connectorId=''></Response>
          2:8   | <Response>^<Say>&x;</Say><Connect connectorId=''/></Response>
          2:11  | <Response>^<Say a='&x;'/><Connect connectorId=''/></Response>
          1:15  | <Response a=''a=''/>
          3:2   | <Response>^<Connect connectorId=''/></Response>^<Response/>
          3:4   | <Response><Connect connectorId=''/>^^a]]>b</Response>
          1:6   | ` <?xml version='1.0'?><Response><Connect connectorId=''/></Response>`
          1:13  | <Response a=1/>
          """)
  void refusesWhatIsNotXml(String place, String twiml) {
    for (String lineEnd : List.of("\n", "\r\n")) {
      TwimlException fault = fault(twiml.replace("^", lineEnd));

      assertThat(fault).hasMessageStartingWith("The document is not well-formed XML: ");
      assertThat(fault.getMessage()).doesNotContain("\n").doesNotContain("row,col");
      assertThat(fault.line() + ":" + fault.column()).isEqualTo(place);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0000", "\u0001", "\uFFFE", "\uD83D", "\uDE00", "&#0;", "&#xD83D;", "&#xFFFF;"})
  void refusesWhatXmlCannotCarry(String character) {
    TwimlException fault =
        fault("<Response>\n" + character + "<Connect connectorId=''/></Response>");

    assertThat(fault).hasMessageStartingWith("The document is not well-formed XML: ");
    assertThat(fault.line()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE Response [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
            + "<Response><Say>&x;</Say><Connect connectorId=''/></Response>",
        "<!DOCTYPE Response SYSTEM \"http://127.0.0.1:9/x.dtd\">"
            + "<Response><Connect connectorId=''/></Response>",
        "<!DOCTYPE Response [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/x\"> %p;]><Response/>",
        "<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">"
            + "<!ENTITY d \"&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;\">]>"
            + "<Response><Say>&e;</Say><Connect connectorId=''/></Response>",
        "<!DOCTYPE Response>",
      })
  void refusesDocumentTypes(String twiml) {
    TwimlException fault = fault("<!-- a -->\r\n" + twiml);

    assertThat(fault).hasMessage("The document must have no DOCTYPE.");
    assertThat(fault.line()).isEqualTo(2);
    assertThat(fault.column()).isEqualTo(1);
  }

  @Test
  void refusesADocumentNestedTooDeeply() {
    String twiml =
        "<Response><Connect connectorId=''/>\n"
            + "<a>".repeat(9_000)
            + "</a>".repeat(9_000)
            + "</Response>";

    TwimlException fault = fault(twiml);
    assertThat(fault).hasMessageStartingWith("The document is more than we read: ");
    assertThat(fault.line()).isEqualTo(2);
    assertThat(fault.column()).isEqualTo(94); // after 31 of them
  }

  @Test
  void refusesAnElementWithTooManyAttributes() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 65; i++) {
      many.append(" a").append(i).append("=''");
    }

    assertThat(fault("<Response" + many + "><Connect connectorId=''/></Response>"))
        .hasMessageStartingWith("The document is more than we read: ");
  }

  @Test
  void takesParametersThatTwilioTakes() {
    String parameter =
        "<Response><Connect connectorId=''><Parameter name='%s' value='%s'/></Connect></Response>";

    assertThat(
            CustomerDocument.parse(parameter.formatted("name", "&amp;".repeat(495))).parameters(0))
        .isEqualTo(Map.of("name", "&".repeat(495)));
    assertThat(fault(parameter.formatted("name", "x".repeat(496))))
        .hasMessageContaining("under 500 characters together");
  }

  @ParameterizedTest
  @CsvSource({"x, 1", "x, 2", "é, 1", "€, 3", "😀, 1"})
  void refusesWhatTwilioWouldFindTooLong(String filler, int slots) {
    String around = "\n <Response>" + "<Connect connectorId=''/>".repeat(slots) + "</Response>";
    int taken = Markup.bytes(PROLOG + around) + slots * 4_096;
    int room = (65_536 - taken) / Markup.bytes(filler);
    String rest = "x".repeat((65_536 - taken) % Markup.bytes(filler));
    String fits = around.replace("</Resp", filler.repeat(room) + rest + "</Resp");

    assertThat(CustomerDocument.parse(fits).connectorIds()).hasSize(slots);
    TwimlException fault = fault(fits.replace("</Resp", "x</Resp"));
    assertThat(fault).hasMessageContaining("at most 65,536 bytes");
    assertThat(fault.line() + ":" + fault.column()).isEqualTo("2:2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\"", "&", "\t", "€"})
  void staysWithinTwilioLimitWhateverAStreamBringsAlong(String character) {
    String around = "<Response>" + "<Connect connectorId=''/>".repeat(8) + "</Response>";
    int room = 65_536 - Markup.bytes(PROLOG + around) - 8 * 4_096;
    String fits = around.replace("</Resp", "x".repeat(room) + "</Resp");
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 10; i < 30; i++) {
      parameters.put("SipHeader_X-" + i, character.repeat(485));
    }
    parameters.put("callmeshResumeReason", "ours");
    StreamNoun stream = new StreamNoun("/a", "wss://m", "/s", parameters);

    String completed = CustomerDocument.parse(fits).complete(Collections.nCopies(8, stream));

    assertThat(Markup.bytes(completed)).isBetween(50_000, 65_536);
    String one =
        CustomerDocument.parse("<Response><Connect connectorId=''/></Response>")
            .complete(List.of(stream));
    assertThat(Xml.parameters(one).keySet())
        .startsWith("callmeshResumeReason", "SipHeader_X-10")
        .doesNotContain("SipHeader_X-29");
  }

  @Test
  void refusesAHugeDocumentUnread() {
    TwimlException fault = fault("<a>".repeat(10_000_000));

    assertThat(fault).hasMessageContaining("at most 65,536 bytes");
    assertThat(fault.line() + ":" + fault.column()).isEqualTo("1:1");
  }

  @Test
  void namesThePlaceOfASlotThatSomeoneElseFindsWrong() {
    TwimlException fault =
        CustomerDocument.parse("<Response>\n  <Connect connectorId='x'/></Response>")
            .fault(0, "There is no connector x.");

    assertThat(fault).hasMessage("There is no connector x.");
    assertThat(fault.line() + ":" + fault.column()).isEqualTo("2:3");
  }

  private static TwimlException fault(String twiml) {
    return catchThrowableOfType(TwimlException.class, () -> CustomerDocument.parse(twiml));
  }
}
