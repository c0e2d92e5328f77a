package io.callmesh.routing.api;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.runtime.web.Problem;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.openapi.contract.OpenAPIVersion;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiDocumentTest {
  private static final String WORKFLOW = "WW0123456789abcdef0123456789abcdef";
  private static final ApiDocument api = ApiDocument.load(Duration.ofHours(1));

  private static String sentence(String schema, JsonObject body) {
    return String.valueOf(Problem.invalid(api.faults(schema, body)).getMessage());
  }

  private static JsonObject connector(String change) {
    return new JsonObject().put("name", "n").mergeIn(new JsonObject(change));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"name\":null}|name must be a text that is not blank, was null",
        "{\"name\":\" \"}|name must be a text that is not blank, was ' '",
        "{\"name\":\"\"}|name must not be empty",
        "{\"name\":7}|name must be a text that is not blank, was 7",
        "{\"nme\":\"n\"}|nme is unknown here",
        "{\"connectorToken\":\"cmt.1.2\"}|connectorToken is unknown here",
        "{\"connectorId\":\"conn-1\"}|connectorId must be left out: it is made up here",
        "{\"accountId\":{}}|accountId must be a string, was an object",
        "{\"clientEnv\":\"prod\"}|clientEnv must be sandbox, pre-release or live, was 'prod'",
        "{\"asrLangCode\":\"english\"}|asrLangCode must be a BCP 47 code such as en-GB, was 'english'",
        "{\"asrLangCode\":\"en_GB\"}|asrLangCode must be a BCP 47 code such as en-GB, was 'en_GB'",
        "{\"asrLangCode\":\"en-GB\\n\"}|asrLangCode must be a BCP 47 code",
        "{\"ttsLangCode\":\"\"}|ttsLangCode must be a BCP 47 code",
        "{\"disableHandoff\":\"no\"}|disableHandoff must be true or false, was 'no'",
        "{\"agent\":\"wss://agent.example\"}|agent must be an object or null, was 'wss:",
        "{\"agent\":{}}|agent.url is required",
        "{\"agent\":{\"url\":\"https://agent.example\"}}|agent.url must be like wss://host[:port]/path",
        "{\"agent\":{\"url\":\"wss://\"}}|agent.url must be like wss://",
        "{\"agent\":{\"url\":\"wss://a b\"}}|agent.url must be like wss://",
        "{\"agent\":{\"url\":\"wss://a/b#c\"}}|agent.url must be like wss://",
        "{\"agent\":{\"url\":\"wss://a\",\"protocol\":\"sip\"}}|agent.protocol must be callmesh or",
        "{\"agent\":{\"url\":\"wss://a\",\"session\":\"Be kind.\"}}|agent.session must be an object",
        "{\"agent\":{\"url\":\"wss://a\",\"speaksFirst\":\"no\"}}|agent.speaksFirst must be true or false, was 'no'",
        "{\"agent\":{\"url\":\"wss://a\",\"protocol\":\"twilio-media-streams\",\"audio\":{\"encoding\":\"pcm_s16le\",\"sampleRate\":16000}}}|agent.audio.encoding must be mulaw for twilio-media-streams, was 'pcm_s16le'",
        "{\"agent\":{\"url\":\"wss://a\",\"audio\":\"mulaw\"}}|agent.audio must be an object, was 'mulaw'",
        "{\"agent\":{\"url\":\"wss://a\",\"audio\":{\"sampleRate\":\"8k\"}}}|agent.audio.sampleRate must be",
        "{\"agent\":{\"url\":\"wss://a\",\"audio\":{\"sampleRate\":16000}}}|agent.audio.sampleRate must be 8000 for mulaw and alaw, was 16000",
        "{\"agent\":{\"url\":\"wss://a\",\"audio\":{\"encoding\":\"alaw\",\"sampleRate\":48000}}}|agent.audio.sampleRate must be 8000 for mulaw and alaw, was 48000",
        "{\"agent\":{\"url\":\"wss://a\",\"audio\":{\"encoding\":\"pcm_s16le\",\"sampleRate\":44100}}}|agent.audio.sampleRate must be 8000, 16000, 24000 or 48000, was 44100",
        "{\"agent\":{\"url\":\"wss://a\",\"audio\":{\"encoding\":\"opus\"}}}|agent.audio.encoding must be mulaw, alaw or pcm_s16le, was 'opus'",
        "{\"agent\":{\"url\":\"wss://a\",\"headers\":{\"a b\":\"c\"}}}|agent.headers.a b must be the name of an HTTP header, was 'a b'",
        "{\"agent\":{\"url\":\"wss://a\",\"headers\":{\"X\":{\"prefix\":\"c\"}}}}|agent.headers.X.secret is required",
        "{\"destinations\":{}}|destinations must be an array or null, was an object",
        "{\"destinations\":[7]}|destinations[0] must be an object, was 7",
        "{\"destinations\":[{}]}|destinations[0].route is required",
        "{\"sharedIdParameter\":\"\"}|sharedIdParameter must not be empty",
        "{\"twiml\":7}|twiml must be a string or null, was 7",
        "{\"sensitiveFields\":\"pin\"}|sensitiveFields must be an array or null, was 'pin'",
        "{\"sensitiveFields\":[7]}|sensitiveFields[0] must be a string, was 7",
        "{\"sensitiveFields\":[\"\"]}|sensitiveFields[0] must not be empty",
        "{\"handoffLifetime\":\"1h\"}|handoffLifetime must be a whole number or null, was '1h'",
        "{\"handoffLifetime\":59}|handoffLifetime must be 60..3600, was 59",
        "{\"handoffLifetime\":3601}|handoffLifetime must be 60..3600, was 3601",
      })
  void namesThePlaceAndWhatItMustBe(String change, String sentence) {
    assertThat(sentence("ConnectorCreate", connector(change))).startsWith(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|route is required",
        "{\"route\":\"WW1\"}|route must be a workflow's SID, WW and 32 hex digits, was 'WW1'",
        "{\"method\":\"fax\"}|method must be flex, sip-invite, sip-refer, sip-bye, studio, number or twiml, was 'fax'",
        "{\"method\":\"studio\",\"route\":\"WW0123456789abcdef0123456789abcdef\"}|route must be a Studio",
        "{\"method\":\"studio\",\"route\":\"FW0123456789abcdef0123456789abcdef\",\"timeout\":5}|timeout must be left out for method studio",
        "{\"method\":\"number\",\"route\":\"0800\"}|route must be an E.164 number",
        "{\"method\":\"number\",\"route\":\"+14155550100\",\"timeout\":601}|timeout must be at most 600, was 601",
        "{\"method\":\"number\",\"route\":\"+14155550100\",\"callerId\":\"bob\"}|callerId must be an E.164",
        "{\"method\":\"sip-invite\",\"route\":\"http://a\"}|route must be a SIP URI without headers",
        "{\"method\":\"sip-refer\",\"route\":\"sip:a@b?X-C=d\"}|route must be a SIP URI without headers",
        "{\"method\":\"sip-refer\",\"route\":\"1234567890123456\"}|route must be a SIP URI",
        "{\"method\":\"sip-invite\",\"route\":\"7\",\"callerId\":\"a b\"}|callerId must be a number or a SIP user name",
        "{\"method\":\"sip-invite\",\"route\":\"7\",\"sipHeaders\":{\"Via\":\"x\"}}|sipHeaders.Via must be named X-",
        "{\"method\":\"sip-invite\",\"route\":\"7\",\"sipHeaders\":{\"X-A\":\"x\\r\\nVia: y\"}}|sipHeaders.X-A must be a text in one line",
        "{\"method\":\"sip-bye\",\"route\":\"7\"}|route must be left out for method sip-bye",
        "{\"method\":\"twiml\"}|twiml is required",
        "{\"method\":\"twiml\",\"twiml\":\"<Response/>\",\"route\":\"\"}|route must be left out for method twiml",
        "{\"route\":\"WW0123456789abcdef0123456789abcdef\",\"priority\":-1}|priority must be 0..2147483647, was -1",
        "{\"route\":\"WW0123456789abcdef0123456789abcdef\",\"priority\":1.5}|priority must be a whole number, was 1.5",
        "{\"route\":\"WW0123456789abcdef0123456789abcdef\",\"timeout\":1209601}|timeout must be 1..1209600",
        "{\"route\":\"WW0123456789abcdef0123456789abcdef\",\"maxWait\":0}|maxWait must be 1..86400, was 0",
        "{\"route\":\"WW0123456789abcdef0123456789abcdef\",\"holdMusic\":\"ftp://a\"}|holdMusic must be an http(s) URL",
        "{\"route\":\"WW0123456789abcdef0123456789abcdef\",\"callerId\":\"+14155550100\"}|callerId must be left out for method flex",
        "{\"route\":\"WW0123456789abcdef0123456789abcdef\",\"name\":\"agent\"}|name must be a text that is not blank, and not agent",
      })
  void knowsWhatEachMethodNeedsAndMayHave(String destination, String sentence) {
    JsonObject one = new JsonObject().put("name", "a").mergeIn(new JsonObject(destination));
    JsonObject body = connector("{}").put("destinations", new JsonArray().add(one));

    assertThat(sentence("ConnectorCreate", body)).startsWith("destinations[0]." + sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"route\":\"WW0123456789abcdef0123456789abcdef\",\"priority\":3,\"timeout\":1209600,\"taskAttributes\":{\"a\":{\"b\":[]}},\"holdMusic\":\"https://a.example/b.mp3\",\"maxWait\":60,\"ifFailed\":\"agent\"}",
        "{\"method\":\"sip-invite\",\"route\":\"sip:queue@pbx.example:5061;transport=tls\",\"sipHeaders\":{\"X-Caller-ID\":\"$caller_id\",\"User-to-User\":\"\"},\"callerId\":\"bob\",\"timeout\":600}",
        "{\"method\":\"sip-refer\",\"route\":\"*21#\"}",
        "{\"method\":\"sip-refer\",\"route\":\"sip:[::1]\"}",
        "{\"method\":\"sip-bye\"}",
        "{\"method\":\"studio\",\"route\":\"FW0123456789abcdef0123456789abcdef\"}",
        "{\"method\":\"number\",\"route\":\"+14155550100\",\"callerId\":\"+14155550101\",\"timeout\":20}",
        "{\"method\":\"twiml\",\"twiml\":\"<Response/>\",\"ifFailed\":\"b\"}"
      })
  void takesEveryMethod(String destination) {
    JsonObject one = new JsonObject(destination).put("name", "a").put("description", "d");

    assertThat(
            api.faults(
                "ConnectorCreate", connector("{}").put("destinations", new JsonArray().add(one))))
        .isEmpty();
  }

  @Test
  void isADocumentByTheSpecificationsOwnSchema() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      OpenAPIVersion version = OpenAPIVersion.fromContract(api.json());
      SchemaRepository repository =
          version.getRepository(vertx, "https://callmesh.invalid/").await(10, SECONDS);

      OutputUnit result =
          version.validateContract(vertx, repository, api.json()).await(10, SECONDS);

      assertThat(version).isEqualTo(OpenAPIVersion.V3_1);
      assertThat(result.getErrors()).isNull();
      assertThat(result.getValid()).isTrue();
    } finally {
      vertx.close().await(10, SECONDS);
    }
  }

  @Test
  void tellsEveryFault() {
    JsonObject body =
        new JsonObject()
            .put("clientEnv", "prod")
            .put("extra", 1)
            .put("destinations", new JsonArray().add(new JsonObject().put("route", "x")));

    assertThat(api.faults("ConnectorCreate", body))
        .extracting(fault -> fault.pointer() + " " + fault.detail())
        .containsExactlyInAnyOrder(
            "#/name is required",
            "#/clientEnv must be sandbox, pre-release or live, was 'prod'",
            "#/extra is unknown here",
            "#/destinations/0/name is required",
            "#/destinations/0/route must be a workflow's SID, WW and 32 hex digits, was 'x'");
  }

  @Test
  void cutsWhatItEchoesAndKeepsSecretsToItself() {
    String header = "Bearer swordfish\u0000";
    JsonObject agent =
        new JsonObject()
            .put("url", "wss://user:swordfish@agent.example")
            .put("headers", new JsonObject().put("Authorization", header).put("A/~ü", "x"));

    assertThat(sentence("ConnectorCreate", connector("{}").put("clientEnv", "x".repeat(500))))
        .endsWith("was '" + "x".repeat(60) + "…'");
    assertThat(api.faults("ConnectorCreate", connector("{}").put("agent", agent)).toString())
        .contains("#/agent/url", "#/agent/headers/Authorization", "#/agent/headers/A~1~0%C3%BC")
        .doesNotContain("swordfish");
    assertThat(api.faults("ConnectorCreate", connector("{\"apiKey\":\"swordfish\"}")).toString())
        .doesNotContain("swordfish");
  }

  @Test
  void boundsWhatIsKept() {
    JsonObject long257 = new JsonObject().put("name", "x".repeat(257));
    JsonObject url = new JsonObject().put("url", "wss://a/" + "x".repeat(3_000));
    JsonArray many =
        new JsonArray(
            IntStream.range(0, 51)
                .mapToObj(i -> new JsonObject().put("name", "d" + i).put("route", WORKFLOW))
                .toList());

    assertThat(sentence("ConnectorCreate", long257))
        .isEqualTo("name must have at most 256 characters, has 257");
    assertThat(sentence("ConnectorCreate", connector("{}").put("agent", url)))
        .isEqualTo("agent.url must have at most 2048 characters, has 3008");
    assertThat(sentence("ConnectorCreate", connector("{}").put("destinations", many)))
        .isEqualTo("destinations must have at most 50 entries, has 51");
    assertThat(sentence("ConnectorCreate", connector("{}").put("sensitiveFields", many)))
        .isEqualTo("sensitiveFields must have at most 50 entries, has 51");
    assertThat(
            sentence(
                "ConnectorCreate",
                connector("{}").put("sensitiveFields", new JsonArray().add("x".repeat(65)))))
        .isEqualTo("sensitiveFields[0] must have at most 64 characters, has 65");
    assertThat(
            sentence(
                "ConnectorCreate",
                connector("{}").put("asrLangCode", "en" + "-abc".repeat(50_000))))
        .startsWith("asrLangCode must have at most 35");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|phoneNumbers is required",
        "{\"phoneNumbers\":[]}|phoneNumbers must have at least 1 entries, has 0",
        "{\"phoneNumbers\":\"+14155550100\"}|phoneNumbers must be an array, was '+14155550100'",
        "{\"phoneNumbers\":[14155550100]}|phoneNumbers[0] must be an E.164 number in quotes",
        "{\"phoneNumbers\":[\"14155550100\"]}|phoneNumbers[0] must be an E.164 number",
        "{\"phoneNumbers\":[\"+0155550100\"]}|phoneNumbers[0] must be an E.164 number",
        "{\"phoneNumbers\":[\"+14155550100\\n\"]}|phoneNumbers[0] must be an E.164 number",
        "{\"phoneNumbers\":[\"+1415555010012345\"]}|phoneNumbers[0] must be an E.164 number",
        "{\"phoneNumbers\":[\"+14155550100\"],\"clientEnv\":\"x\"}|clientEnv must be sandbox, pre-release or live",
        "{\"phoneNumbers\":[\"+14155550100\"],\"accountId\":7}|accountId must be a string",
      })
  void knowsPhoneNumbers(String body, String sentence) {
    assertThat(sentence("PhoneNumberImport", new JsonObject(body))).startsWith(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|name is required",
        "{\"name\":[]}|name must be a text that is not blank, was an array",
        "{\"name\":\"n\",\"accountId\":\"\"}|accountId must not be blank; leave it out",
        "{\"name\":\"n\",\"projectId\":\" \"}|projectId must not be blank; leave it out",
        "{\"name\":\"n\",\"rights\":[]}|rights must have at least 1 entries",
        "{\"name\":\"n\",\"rights\":[\"all\"]}|rights[0] must be provision, handoff:read, handoff:read-sensitive, handoff:delete or calls:control, was 'all'",
      })
  void knowsApiKeys(String body, String sentence) {
    assertThat(sentence("ApiKeyCreate", new JsonObject(body))).startsWith(sentence);
  }

  @Test
  void letsNullClearWhatHasADefault() {
    JsonObject patch = new JsonObject();
    for (String field :
        new String[] {
          "clientEnv",
          "variantId",
          "asrLangCode",
          "ttsLangCode",
          "voiceName",
          "disableHandoff",
          "agent",
          "destinations",
          "fallbackDestination",
          "overflowDestination",
          "twiml",
          "sharedIdParameter",
          "sensitiveFields",
          "handoffLifetime"
        }) {
      patch.putNull(field);
    }

    assertThat(api.faults("ConnectorPatch", patch)).isEmpty();
    assertThat(sentence("ConnectorPatch", new JsonObject().putNull("name")))
        .isEqualTo("name must be a text that is not blank, was null");
  }
}
