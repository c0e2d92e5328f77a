package io.callmesh.standalone.bench;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.runtime.kafka.KafkaConfig;
import io.callmesh.runtime.kafka.KafkaTable;
import io.callmesh.runtime.kafka.KafkaTables;
import io.callmesh.runtime.kafka.KafkaTopics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Connectors and numbers, made up by their place. Twenty connectors share a project; every other
 * one has a document of its own of a few hundred bytes, one of twenty a document of several KB. The
 * numbers lead to the connectors in turn.
 *
 * @param connectors how many
 * @param numbers how many
 */
record Directory(int connectors, int numbers) {
  private static final int PROJECT_SIZE = 20;
  private static final int LONG_DOCUMENT_SENTENCES = 60;
  private static final int WRITES_AT_ONCE = 2_000;
  private static final long LIMIT_S = 300;
  private static final long FIRST_NUMBER = 15_550_000_000L;

  /** The place of the connector that serves a number. */
  int connectorOf(int number) {
    return number % connectors;
  }

  /** E.164. */
  static String number(int place) {
    return "+" + (FIRST_NUMBER + place);
  }

  static String connectorId(int place) {
    return "conn-%032x".formatted(place);
  }

  /** What the answer to a call to this connector has in it, beside the stream. */
  static String mark(int place) {
    return hasDocument(place) ? "branch " + place + "." : "";
  }

  private static boolean hasDocument(int place) {
    return place % 2 == 1;
  }

  private static Connector connector(int place) {
    JsonObject json =
        new JsonObject()
            .put("connectorId", connectorId(place))
            .put("name", "Branch " + place)
            .put("accountId", "account-" + place % 7)
            .put("projectId", project(place))
            .put("clientEnv", "live")
            .put("variantId", "variant-1")
            .put("asrLangCode", "en-GB")
            .put("ttsLangCode", "en-GB")
            .put("voiceName", "en-GB-Standard-A")
            .put(
                "agent",
                new JsonObject()
                    .put("protocol", "callmesh")
                    .put("url", "wss://agent.example.com/branches/" + place)
                    .put(
                        "audio",
                        new JsonObject().put("encoding", "pcm_s16le").put("sampleRate", 16_000)))
            .put(
                "destinations",
                new JsonArray().add(destination("people", 1)).add(destination("billing", 2)))
            .put("twiml", hasDocument(place) ? document(place) : null)
            .put("tokenHash", "%064x".formatted(place))
            .put("createdAt", "2026-11-01T00:00:00Z");
    return Connector.fromJson(json);
  }

  private static String project(int connector) {
    return "project-" + connector / PROJECT_SIZE;
  }

  private static JsonObject destination(String name, int workflow) {
    return new JsonObject()
        .put("name", name)
        .put("description", "Whoever is free for " + name)
        .put("method", "flex")
        .put("route", "WW%032d".formatted(workflow));
  }

  private static String document(int place) {
    int sentences = place % PROJECT_SIZE == 1 ? LONG_DOCUMENT_SENTENCES : 1;
    String further =
        "  <Say>Calls may be recorded for training; please tell us if you mind.</Say>\n"
            .repeat(sentences);
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <Response>
          <Say language="en-GB" voice="Polly.Amy">Welcome to branch %d.</Say>
        %s  <Connect connectorId="">
            <Parameter name="branch" value="%d"/>
          </Connect>
          <Say language="en-GB">Thank you for calling.</Say>
          <Hangup/>
        </Response>
        """
        .formatted(place, further, place);
  }

  private PhoneNumber phoneNumber(int place) {
    int connector = connectorOf(place);
    return new PhoneNumber(
        number(place),
        project(connector),
        "account-" + connector % 7,
        "live",
        connectorId(connector));
  }

  /** Writes everything to the topics that services follow, which are made first. Blocks. */
  void load(Vertx vertx, String bootstrapServers) throws Exception {
    KafkaConfig config = KafkaConfig.at(bootstrapServers);
    KafkaTopics.ensure(vertx, config, Topic.all()).await(LIMIT_S, TimeUnit.SECONDS);
    KafkaTables tables = new KafkaTables(vertx, config, new SimpleMeterRegistry());
    KafkaTable<Connector> connectorTable =
        tables.table(Topic.CONNECTORS, Connector::toJson, Connector::fromJson);
    KafkaTable<PhoneNumber> numberTable =
        tables.table(Topic.PHONE_NUMBERS, PhoneNumber::toJson, PhoneNumber::fromJson);
    tables.start().await(LIMIT_S, TimeUnit.SECONDS);
    write(connectors, place -> connectorTable.put(connectorId(place), connector(place)));
    write(numbers, place -> numberTable.put(number(place), phoneNumber(place)));
    tables.close().await(LIMIT_S, TimeUnit.SECONDS);
  }

  private static void write(int count, IntFunction<Future<Void>> put) throws Exception {
    for (int first = 0; first < count; first += WRITES_AT_ONCE) {
      List<Future<Void>> some =
          IntStream.range(first, Math.min(count, first + WRITES_AT_ONCE)).mapToObj(put).toList();
      Future.all(some).await(LIMIT_S, TimeUnit.SECONDS);
    }
  }
}
