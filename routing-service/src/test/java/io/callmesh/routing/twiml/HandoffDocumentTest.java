package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandoffDocumentTest {
  private static final String PROLOG = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  private static final String EVIL = "\"'><Hangup/>&amp;]]>\r\n\t-->\u0000é/?@";

  private static Variables variables(String evil) {
    return new Variables(
        Map.of("from", "+1 415", "evil", evil),
        new JsonObject().put("order", new JsonObject().put("id", 7)),
        () -> {});
  }

  private static String fill(String twiml) {
    return HandoffDocument.parse(twiml).fill(variables(EVIL));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          <Say>$from</Say>                             | <Say>+1 415</Say>
          <Say>a${from}b $order.id. $$ $ $1 $$from</Say> | <Say>a+1 415b 7. $ $ $1 $from</Say>
          <Say>$none!</Say>                            | <Say>!</Say>
          <Say a='$from' b="x$order.id"/>              | <Say a='+1 415' b="x7"/>
          <Say><!-- $from --><?a $from?></Say>         | <Say><!-- $from --><?a $from?></Say>
          <Say>&#36;from &amp;$from; &lt;</Say>        | <Say>&#36;from &amp;+1 415; &lt;</Say>
          <Say><![CDATA[<b> & $from]]>$from</Say>      | <Say>&lt;b&gt; &amp; +1 415+1 415</Say>
          <Say><![CDATA[]]> <![CDATA[> ]] >]]></Say>   | <Say> &gt; ]] &gt;</Say>
          <Play> https://a/$from?$order.id</Play>      | <Play> https://a/%2B1%20415?7</Play>
          <Play>HTTP://a/<!-- $from -->$from</Play>    | <Play>HTTP://a/<!-- $from -->%2B1%20415</Play>
          <Play><![CDATA[http://a?b&]]>$from</Play>    | <Play>http://a?b&amp;%2B1%20415</Play>
          <Play>&#104;ttps://a/$from</Play>            | <Play>&#104;ttps://a/%2B1%20415</Play>
          <Play>$from https://a/</Play>                | <Play>+1 415 https://a/</Play>
          <Play>/relative/$from</Play>                 | <Play>/relative/%2B1%20415</Play>
          <Redirect>//h/$from</Redirect>               | <Redirect>//h/%2B1%20415</Redirect>
          <Redirect>?a=$from&amp;b=$order.id</Redirect> | <Redirect>?a=%2B1%20415&amp;b=7</Redirect>
          <Redirect> $from/$from</Redirect>            | <Redirect> +1 415/+1 415</Redirect>
          <Play> <!-- /a -->$from/$from</Play>         | <Play> <!-- /a -->+1 415/+1 415</Play>
          <Play><!-- $from -->/b<!-- a -->$from</Play> | <Play><!-- $from -->/b<!-- a -->%2B1%20415</Play>
          <Play><![CDATA[/a?b&]]>$from</Play>          | <Play>/a?b&amp;%2B1%20415</Play>
          <Play>$$a/$from</Play>                       | <Play>$a/%2B1%20415</Play>
          <Play/>/a/$from                              | <Play/>/a/+1 415
          <Play>/a</Play>/$from                        | <Play>/a</Play>/+1 415
          <Gather><Play>/a$from</Play>/$from</Gather>  | <Gather><Play>/a%2B1%20415</Play>/+1 415</Gather>
          <Number>/a/$from</Number><Sip>/$from</Sip>   | <Number>/a/+1 415</Number><Sip>/+1 415</Sip>
          <Dial action='sip:$from'>/$from</Dial>       | <Dial action='sip:%2B1%20415'>/+1 415</Dial>
          <a name='/$from'><Parameter value="/$from"/></a> | <a name='/+1 415'><Parameter value="/+1 415"/></a>
          <Sip>sip:$from@a</Sip>                       | <Sip>sip:%2B1%20415@a</Sip>
          <Sip>SIPS:$from@a</Sip>                      | <Sip>SIPS:%2B1%20415@a</Sip>
          <a b='ws://$from' c=' wss:$from' d='x'>$from</a> | <a b='ws://%2B1%20415' c=' wss:%2B1%20415' d='x'>+1 415</a>
          <a b='tel:$from' c="mailto:$from"/>          | <a b='tel:%2B1%20415' c="mailto:%2B1%20415"/>
          <a><b>http://x</b>$from<b/>$from</a>         | <a><b>http://x</b>+1 415<b/>+1 415</a>
          <a b='http://x'>$from</a>                    | <a b='http://x'>+1 415</a>
          """)
  void putsValuesInTheirPlace(String twiml, String filled) {
    assertThat(fill("<Response>" + twiml + "</Response>"))
        .isEqualTo(PROLOG + "<Response>" + filled + "</Response>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<Response>|</Response>",
        "<Response>\r\n<Say>a\r\n</Say >|</Response\n><!-- $from -->\r\n",
        "<!-- $from --><Response a = '1' b=\"'>\"><Say\r\na='>'/>&#8364;€😀|</Response>",
        "<Response><Say><!-- a --><?pi $from?></Say>|<a/></Response>",
      })
  void leavesWhatIsNoVariableByteForByte(String twiml) {
    assertThat(fill("\uFEFF<?xml version='1.0' encoding='latin1'?>" + twiml.replace("|", "$none")))
        .isEqualTo(PROLOG + twiml.replace("|", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<Response><Say a='$evil'>x</Say></Response>",
        "<Response><Say a=\"$evil\">x</Say></Response>",
        "<Response><Say a='b'>$evil</Say></Response>",
        "<Response><Say a='b'><![CDATA[$evil]]></Say></Response>",
        "<Response><Say a='http://$evil'>$evil<!-- $evil --></Say></Response>",
        "<Response><Say a='b'>sip:$evil</Say></Response>",
      })
  void neverLetsAValueBecomeMarkup(String twiml) {
    String filled = fill(twiml);

    assertThat(Xml.verbs(filled)).isEqualTo("Say");
    assertThat(Xml.parse(filled).getElementsByTagName("*").getLength()).isEqualTo(2);
    assertThat(Xml.parse(filled).getElementsByTagName("Say").item(0).getAttributes().getLength())
        .isEqualTo(1);
  }

  @Test
  void givesValuesAsTheyAreMeant() {
    String filled = fill("<Response><Say a='$evil'>$evil</Say></Response>");
    String clean = EVIL.replace("\u0000", "");

    assertThat(Xml.text(filled, "Say")).isEqualTo(clean);
    assertThat(Xml.attribute(filled, "Say", "a")).isEqualTo(clean);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "action",
        "url",
        "waitUrl",
        "referUrl",
        "statusCallback",
        "recordingStatusCallback",
        "transcribeCallback",
        "partialResultCallback",
        "amdStatusCallback",
        "eventCallbackUrl",
      })
  void encodesValuesInAttributesThatAreUrls(String name) {
    String twiml = "<Response><a b='x' %s='%s' c='/$from'>/$from</a></Response>";

    assertThat(fill(twiml.formatted(name, "/a?b=$from")))
        .isEqualTo(
            PROLOG
                + "<Response><a b='x' %s='/a?b=%%2B1%%20415' c='/+1 415'>/+1 415</a></Response>"
                    .formatted(name));
    assertThat(fill(twiml.formatted(name, "${from}?b=$from")))
        .isEqualTo(
            PROLOG
                + "<Response><a b='x' %s='+1 415?b=+1 415' c='/+1 415'>/+1 415</a></Response>"
                    .formatted(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ann \"Annie\" Lee",
        "one\r\n\ttwo\u007F\u2028",
        "x\",\"vip\":\"1",
        "\\",
        "</Task><Hangup/>&amp;']]>é😀",
        "http://x/?a b",
      })
  void putsValuesIntoTheStringsOfATask(String value) {
    for (String task :
        List.of(
            "<Task priority='/$evil'>{\"name\": \"$evil\"}</Task>",
            "<Task><!-- a --><![CDATA[{\"name\": \"${evil}\"}]]></Task>")) {
      String filled =
          HandoffDocument.parse("<Response><Enqueue>" + task + "</Enqueue></Response>")
              .fill(variables(value));

      assertThat(new JsonObject(Xml.text(filled, "Task")))
          .isEqualTo(new JsonObject().put("name", value));
      assertThat(Xml.attribute(filled, "Task", "priority")).isIn("", "/" + value);
    }
  }

  @Test
  void leavesATaskThatIsNoQueuesAlone() {
    String twiml =
        "<Response><Task>$evil</Task><Enqueue>$evil<a><Task>$evil</Task></a></Enqueue></Response>";

    assertThat(HandoffDocument.parse(twiml).fill(variables("\\")))
        .isEqualTo(PROLOG + twiml.replace("$evil", "\\"));
  }

  @Test
  void encodesValuesInUrlsAndLetsNoHeaderEndALine() {
    Variables evil = variables("é~a/?&=+ \r\nRoute: x");

    assertThat(
            HandoffDocument.parse("<Response><a>https://b/$evil</a><a>sip:b?c=$evil</a></Response>")
                .fill(evil))
        .isEqualTo(
            PROLOG
                + "<Response><a>https://b/%C3%A9~a%2F%3F%26%3D%2B%20%0D%0ARoute%3A%20x</a>"
                + "<a>sip:b?c=%C3%A9~a%2F%3F%26%3D%2B%20%20%20Route%3A%20x</a></Response>");
  }

  @Test
  void leavesValuesOutThatWouldMakeItLongerThanTwilioTakes() {
    HandoffDocument document =
        HandoffDocument.parse("<Response>" + "<a>$evil</a>".repeat(1_000) + "$from</Response>");

    String filled = document.fill(variables("\"".repeat(1_024)));
    assertThat(Markup.bytes(filled)).isBetween(60_000, 65_536);
    assertThat(filled).endsWith("<a></a>+1 415</Response>");
    assertThat(Xml.parse(filled).getElementsByTagName("a").getLength()).isEqualTo(1_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          <Response/>                      | <Response>^</Response>
          <Response />                     | <Response >^</Response>
          <Response></Response>            | <Response>^</Response>
          <Response a='/>' b="$from"/>     | <Response a='/>' b="+1 415">^</Response>
          <!-- a/> --><Response/><!-- b --> | <!-- a/> --><Response>^</Response><!-- b -->
          <!-- a --><Response></Response><?b?> | <!-- a --><Response>^</Response><?b?>
          <Response><!-- a --><Say/></Response> | <Response>^<!-- a --><Say/></Response>
          """)
  void putsOtherVerbsFirst(String twiml, String filled) {
    HandoffDocument document = HandoffDocument.parse(twiml);
    String first = "<Say>a</Say><Pause/>";

    assertThat(document.fill(variables(""), first)).isEqualTo(PROLOG + filled.replace("^", first));
    assertThat(document.fill(variables(""))).isEqualTo(PROLOG + twiml.replace("$from", "+1 415"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"<Response>,</Response>", "<Response a=',$from$from$from'/>"})
  void leavesOtherVerbsOutForWhichThereIsNoRoom(String begin, String end) {
    String literals = PROLOG + begin + end.replace("$from", "");
    String first = "<Say>12345678</Say>";
    String closing = end.endsWith("/>") ? ">" + first + "</Response>" : first;
    int before = Markup.bytes(literals) - (end.endsWith("/>") ? 2 : 0);
    int fits = 65_536 - before - closing.length();

    assertThat(filled(begin, fits, end, first)).hasSize(65_536).contains(first);
    String tight = filled(begin, fits + 1, end, first);
    assertThat(tight).doesNotContain(first).hasSizeLessThanOrEqualTo(65_536);
    assertThat(Xml.parse(tight).getDocumentElement().getTagName()).isEqualTo("Response");
    assertThat(filled(begin, 65_536 - Markup.bytes(literals), end, first)).hasSize(65_536);
  }

  private static String filled(String begin, int fillers, String end, String first) {
    return HandoffDocument.parse(begin + "x".repeat(fillers) + end).fill(variables(""), first);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          1:1  | must have <Response> as its root | <Say/>
          2:1  | <Redirect> to /twilio/connectors/{connectorId}/voice instead | <Response>^<Connect connectorId=''/></Response>
          1:1  | can have no connectorId          | <Response connectorId=''/>
          2:4  | can have no connectorId          | <Response>^<a><b connectorId='$from'/></a></Response>
          2:1  | must have no DOCTYPE             | <?xml version="1.0"?>^<!DOCTYPE a [<!ENTITY b "c">]><Response>&b;</Response>
          2:6  | not well-formed XML              | <Response>^</Resp>
          """)
  void refusesWhatCouldNotWork(String place, String sentence, String twiml) {
    TwimlException fault = fault(twiml.replace("^", "\n"));

    assertThat(fault).hasMessageContaining(sentence);
    assertThat(fault.line() + ":" + fault.column()).isEqualTo(place);
  }

  @Test
  void refusesWhatIsTooLong() {
    String shortest = PROLOG + "<Response></Response>";
    String text = "x".repeat(65_536 - shortest.length());

    assertThat(fill("<Response>" + text + "</Response>")).hasSize(65_536);
    assertThat(fault("<Response>x" + text + "</Response>"))
        .hasMessageContaining("at most 65,536 bytes");
    assertThat(fault("<Response><![CDATA[" + "<".repeat(30_000) + "]]></Response>"))
        .hasMessageContaining("at most 65,536 bytes");
  }

  @Test
  void takesADocumentOfNothingButVariables() {
    assertThat(fill("<Response>" + "$a.".repeat(21_000) + "</Response>"))
        .isEqualTo(PROLOG + "<Response>" + ".".repeat(21_000) + "</Response>");
    assertThat(fill("<Response>$a" + ".a".repeat(30_000) + "</Response>"))
        .isEqualTo(PROLOG + "<Response></Response>");
  }

  private static TwimlException fault(String twiml) {
    return catchThrowableOfType(TwimlException.class, () -> HandoffDocument.parse(twiml));
  }
}
