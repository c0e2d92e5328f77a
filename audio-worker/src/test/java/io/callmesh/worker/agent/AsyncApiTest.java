package io.callmesh.worker.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.worker.WorkerMetrics.AgentMessage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds docs/asyncapi.yaml and {@link CallmeshMessages} against each other. */
class AsyncApiTest {
  /** What is counted of any protocol, and is no message of this one. */
  private static final Set<AgentMessage> OF_NO_TYPE =
      EnumSet.of(AgentMessage.UNKNOWN, AgentMessage.MALFORMED, AgentMessage.ERROR);

  private static final String BASE = "https://callmesh.invalid/asyncapi";
  private static final JsonObject DOCUMENT = document();
  private static final SchemaRepository SCHEMAS = schemas();

  private static JsonObject document() {
    try {
      Map<?, ?> yaml =
          new ObjectMapper(new YAMLFactory())
              .readValue(Path.of("../docs/asyncapi.yaml").toFile(), Map.class);
      return new JsonObject(new ObjectMapper().writeValueAsString(yaml));
    } catch (IOException malformed) {
      throw new IllegalStateException(malformed);
    }
  }

  private static SchemaRepository schemas() {
    JsonObject schemas = DOCUMENT.getJsonObject("components").getJsonObject("schemas");
    JsonObject only = new JsonObject().put("components", new JsonObject().put("schemas", schemas));
    return SchemaRepository.create(
            new JsonSchemaOptions()
                .setBaseUri(BASE)
                .setDraft(Draft.DRAFT7)
                .setOutputFormat(OutputFormat.Basic))
        .dereference(BASE, JsonSchema.of(only.copy()));
  }

  /** Every message that the worker can write, each with all and with as few fields as it has. */
  private static List<JsonObject> written() {
    List<JsonObject> messages =
        Stream.of(
                Stream.of(
                    CallmeshMessages.sessionStart(start(AudioFormat.MULAW_8000, "")),
                    CallmeshMessages.sessionStart(start(AudioFormat.MULAW_8000, "s-1").resumed()),
                    CallmeshMessages.mark("u1", true, 1_840),
                    CallmeshMessages.handoffResult(HandoffResult.ACCEPTED),
                    CallmeshMessages.handoffResult(HandoffResult.INLINE),
                    CallmeshMessages.handoffResult(
                        HandoffResult.refused("state_too_deep", "too deep")),
                    CallmeshMessages.error("bad_field", "name is missing")),
                "0123456789*#ABCD".chars().mapToObj(key -> CallmeshMessages.dtmf(key(key))),
                Stream.of(SessionEnd.values()).map(CallmeshMessages::sessionEnd))
            .flatMap(each -> each)
            .toList();
    return messages.stream().map(message -> new JsonObject(message.encode())).toList();
  }

  private static String key(int character) {
    return String.valueOf((char) character);
  }

  @Test
  void everyWriterOfTheCodeIsAskedHere() {
    Set<String> writers =
        Arrays.stream(CallmeshMessages.class.getDeclaredMethods())
            .filter(method -> method.getReturnType() == JsonObject.class)
            .filter(method -> !Modifier.isPrivate(method.getModifiers()))
            .map(Method::getName)
            .collect(Collectors.toSet());

    assertThat(writers)
        .containsExactlyInAnyOrder(
            "sessionStart", "dtmf", "mark", "handoffResult", "sessionEnd", "error");
  }

  @ParameterizedTest
  @MethodSource("written")
  void describesWhatTheWorkerWrites(JsonObject message) {
    assertValid(schemaOf("fromWorker", message.getString("type")), message);
  }

  @Test
  void knowsEveryFieldThatTheWorkerWritesAndNoOther() {
    for (String type : types("fromWorker")) {
      Set<String> fields = new TreeSet<>();
      written().stream()
          .filter(message -> message.getString("type").equals(type))
          .forEach(message -> fields.addAll(message.fieldNames()));

      assertThat(schema(schemaOf("fromWorker", type)).getJsonObject("properties").fieldNames())
          .as(type)
          .isEqualTo(fields);
    }
  }

  @Test
  void hasTheTypesOfTheCode() {
    Set<String> ofWorker =
        written().stream().map(message -> message.getString("type")).collect(Collectors.toSet());
    Set<String> ofAgent =
        Stream.of(AgentMessage.values())
            .filter(type -> !OF_NO_TYPE.contains(type))
            .map(type -> type.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());

    assertThat(types("fromWorker")).isEqualTo(ofWorker);
    assertThat(types("fromAgent")).isEqualTo(ofAgent);
  }

  @Test
  void hasTheValuesOfTheCode() {
    assertThat(values("SessionEnd", "reason"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(SessionEnd.values()).map(SessionEnd::text).toList());
    assertThat(values("AudioFormat", "encoding"))
        .containsAll(
            Stream.of(AudioFormat.Encoding.values()).map(AudioFormat.Encoding::text).toList());
    assertThat(schema("Mark").getJsonObject("properties").getJsonObject("name"))
        .contains(Map.entry("maxLength", CallmeshMessages.MAX_MARK_NAME));
  }

  private static Stream<JsonObject> examples() {
    return messages("fromAgent").stream().flatMap(AsyncApiTest::examplesOf);
  }

  private static Stream<JsonObject> examplesOf(JsonObject message) {
    return message.getJsonArray("examples", new JsonArray()).stream()
        .map(example -> ((JsonObject) example).getJsonObject("payload"));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void takesWhatTheDocumentSaysAnAgentMaySend(JsonObject message) throws Exception {
    AgentRecorder heard = new AgentRecorder();

    CallmeshMessages.read(message.encode(), heard);

    assertThat(heard.heard.size() + heard.handoffs.size()).isEqualTo(1);
    assertThat(heard.heard).doesNotContain("unknown");
    assertValid(schemaOf("fromAgent", message.getString("type")), message);
  }

  /** Null where the document allows it, and every text as long as it may be. */
  @Test
  void takesWhatTheSchemasOfAgentsAllow() throws Exception {
    for (String type : types("fromAgent")) {
      String schema = schemaOf("fromAgent", type);
      JsonObject message = new JsonObject().put("type", type);
      JsonObject nulls = new JsonObject().put("type", type);
      schema(schema)
          .getJsonObject("properties")
          .forEach(
              field -> fill(message, nulls, field.getKey(), whole((JsonObject) field.getValue())));
      AgentRecorder heard = new AgentRecorder();

      CallmeshMessages.read(message.encode(), heard);
      CallmeshMessages.read(nulls.encode(), heard);

      assertThat(heard.heard.size() + heard.handoffs.size()).as(type).isEqualTo(2);
      assertValid(schema, message);
      assertValid(schema, nulls);
    }
  }

  private static JsonObject whole(JsonObject field) {
    return field.containsKey("$ref") ? schema(last(field.getString("$ref"))) : field;
  }

  private static void fill(JsonObject full, JsonObject nulls, String name, JsonObject field) {
    Object type = field.getValue("type");
    boolean nullable = type instanceof JsonArray types && types.contains("null");
    String kind = type instanceof JsonArray types ? types.getString(0) : String.valueOf(type);
    Object value =
        switch (kind) {
          case "string" ->
              field.containsKey("enum")
                  ? field.getJsonArray("enum").getString(0)
                  : "x".repeat(field.getInteger("maxLength"));
          case "boolean" -> true;
          case "object" -> new JsonObject();
          default -> field.getValue("const");
        };
    full.put(name, value);
    nulls.put(name, nullable ? null : value);
  }

  @Test
  void hasAnExampleOfEveryMessageThatIsValid() {
    for (String operation : List.of("fromWorker", "fromAgent")) {
      for (JsonObject message : messages(operation)) {
        List<JsonObject> examples = examplesOf(message).toList();
        assertThat(examples).as(message.getString("name")).isNotEmpty();
        String schema = last(message.getJsonObject("payload").getString("$ref"));
        examples.forEach(example -> assertValid(schema, example));
      }
    }
  }

  /** References lead somewhere, and every message of the channel belongs to an operation. */
  @Test
  void isWholeInItself() {
    Set<String> used = new TreeSet<>();
    for (String operation : List.of("fromWorker", "fromAgent")) {
      JsonArray references =
          DOCUMENT.getJsonObject("operations").getJsonObject(operation).getJsonArray("messages");
      references.forEach(each -> used.add(last(((JsonObject) each).getString("$ref"))));
    }

    JsonObject channel = DOCUMENT.getJsonObject("channels").getJsonObject("session");
    assertThat(channel.getJsonObject("messages").fieldNames()).isEqualTo(used);
    assertThat(DOCUMENT.getString("asyncapi")).isEqualTo("3.0.0");
  }

  /** The messages of an operation that are text, with all references followed. */
  private static List<JsonObject> messages(String operation) {
    JsonArray references =
        DOCUMENT.getJsonObject("operations").getJsonObject(operation).getJsonArray("messages");
    return references.stream()
        .map(each -> resolve(resolve((JsonObject) each)))
        .filter(message -> !message.getString("name").equals("audio"))
        .toList();
  }

  private static JsonObject resolve(JsonObject reference) {
    JsonObject found = DOCUMENT;
    for (String step : reference.getString("$ref").substring(2).split("/", -1)) {
      found = found.getJsonObject(step);
    }
    return found;
  }

  private static Set<String> types(String operation) {
    return messages(operation).stream()
        .map(message -> message.getString("name"))
        .collect(Collectors.toSet());
  }

  private static String schemaOf(String operation, String type) {
    JsonObject found =
        messages(operation).stream()
            .filter(message -> message.getString("name").equals(type))
            .findFirst()
            .orElseThrow();
    return last(found.getJsonObject("payload").getString("$ref"));
  }

  private static String last(String reference) {
    return reference.substring(reference.lastIndexOf('/') + 1);
  }

  private static JsonObject schema(String name) {
    return DOCUMENT.getJsonObject("components").getJsonObject("schemas").getJsonObject(name);
  }

  private static List<String> values(String schema, String field) {
    return schema(schema)
        .getJsonObject("properties")
        .getJsonObject(field)
        .getJsonArray("enum")
        .stream()
        .map(String::valueOf)
        .toList();
  }

  private static void assertValid(String schema, JsonObject message) {
    Validator validator = SCHEMAS.validator("#/components/schemas/" + schema);
    OutputUnit result = validator.validate(message);
    assertThat(result.getValid()).as("%s %s", message, result.getErrors()).isTrue();
  }

  private static SessionStart start(AudioFormat format, String sharedId) {
    OpenSession open =
        new OpenSession(
            1,
            "ingress",
            "MZ1",
            "CA1",
            "AC1",
            "conv-1",
            "conn-1",
            "+14155550100",
            "",
            Map.of("tier", "gold"),
            false,
            "",
            sharedId);
    return SessionStart.of(open, connector(format), format);
  }

  private static Connector connector(AudioFormat format) {
    return new Connector(
        "conn-1",
        "Test",
        "acc",
        "proj",
        "live",
        "v1",
        "en-GB",
        "en-US",
        "Ada",
        false,
        new AgentEndpoint(AgentEndpoint.Protocol.CALLMESH, "wss://agent.example", format),
        List.of(),
        null,
        null,
        null,
        null,
        Set.of(),
        null,
        "",
        null,
        Instant.EPOCH);
  }
}
