package io.callmesh.standalone.bench;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.Receipt;
import io.callmesh.contracts.handoff.ReceiptChain;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.contracts.security.IssuedSecret;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Handoffs that are stored and alive, made up by their place, each with the first record of its
 * receipts. The data are of about 400 bytes; every other one has a transcript of about 1 KB and a
 * shared id.
 *
 * @param count how many
 * @param key whose requests read them
 * @param newest when the last of them was decided; each other one a millisecond before the next
 */
record Handoffs(int count, IssuedSecret key, Instant newest) {
  private static final String ACCOUNT = "account-1";
  private static final String PROJECT = "project-1";
  private static final int CONNECTORS = 100;
  private static final int LINES = 8;
  private static final Duration LIFETIME = Duration.ofHours(24);

  static Handoffs of(int count) {
    return new Handoffs(
        count,
        IssuedSecret.issue(IssuedSecret.API_KEY, "key-1"),
        Instant.now().truncatedTo(ChronoUnit.MILLIS));
  }

  static String callSid(int place) {
    return "CA%032x".formatted(place);
  }

  static String conversationId(int place) {
    return "conv-%032x".formatted(place);
  }

  /** An identifier of the integrator's own; null when there is none. */
  static @Nullable String sharedId(int place) {
    return place % 2 == 0 ? "order-" + place : null;
  }

  /** What an answer has under {@code data}, digit for digit. */
  static String data(int place) {
    return "{\"customer_id\":\"c-"
        + place
        + "\",\"handoff_reason\":\"needs_human\",\"intent\":\"billing_dispute\",\"queue\":\"billing\","
        + "\"language\":\"en-GB\",\"authenticated\":true,\"attempts\":2,\"summary\":\"Wants the"
        + " second charge of November back and has the receipt at hand; has called twice before"
        + " and would rather not explain it all again.\",\"order\":{\"id\":\"o-"
        + place
        + "\",\"total\":129.90,\"currency\":\"GBP\",\"items\":[{\"sku\":\"sku-10482\",\"quantity\":1},"
        + "{\"sku\":\"sku-20931\",\"quantity\":2}]}}";
  }

  private Outcome outcome(int place) {
    Instant decided = newest.minusMillis(count - place);
    return new Outcome(
        callSid(place),
        "AC0123456789abcdef0123456789abcdef",
        conversationId(place),
        Directory.connectorId(place % CONNECTORS),
        ACCOUNT,
        PROJECT,
        Outcome.Kind.HANDOFF,
        "people",
        "needs_human",
        null,
        false,
        sharedId(place),
        HandoffData.of(data(place)),
        place % 2 == 0 ? Transcript.EMPTY : transcript(decided),
        decided,
        decided.plus(LIFETIME));
  }

  private static Transcript transcript(Instant decided) {
    return Transcript.of(
        IntStream.range(0, LINES)
            .mapToObj(
                line ->
                    new TranscriptLine(
                        line % 2 == 0 ? TranscriptLine.Role.AGENT : TranscriptLine.Role.CALLER,
                        "This is line " + line + " of what they had to say to each other.",
                        true,
                        decided.minusSeconds(LINES - line)))
            .toList());
  }

  private static ReceiptChain chain(Outcome outcome) {
    Instant decided = outcome.decidedAt();
    String until = "until " + outcome.expiresAt();
    return ReceiptChain.of(outcome, Receipt.of(Receipt.Step.REQUESTED, decided))
        .plus(
            ReceiptChain.of(
                outcome,
                new Receipt(Receipt.Step.STORED, decided.plusMillis(5), null, null, until)));
  }

  /** Makes the topics, the connectors, and the key that may read. Blocks. */
  void prepare(Vertx vertx, String bootstrapServers) throws Exception {
    new Directory(CONNECTORS, 0).load(vertx, bootstrapServers);
    ApiKey stored =
        new ApiKey(
            key.id(),
            "benchmark",
            key.hash(),
            ACCOUNT,
            PROJECT,
            Set.of(ApiKey.Right.HANDOFF_READ),
            newest);
    try (Writer writer = new Writer(bootstrapServers)) {
      writer.write(Topic.API_KEYS, key.id(), stored.toJson());
    }
  }

  /** Writes all of them to the topics that handoff-service follows. Blocks. */
  void load(String bootstrapServers) {
    try (Writer writer = new Writer(bootstrapServers)) {
      for (int place = 0; place < count; place++) {
        Outcome outcome = outcome(place);
        ReceiptChain chain = chain(outcome);
        writer.write(Topic.OUTCOMES, outcome.callSid(), outcome.toJson());
        writer.write(Topic.RECEIPTS, chain.key(), chain.toJson());
      }
    }
  }

  /** Writes as fast as the broker takes it; closing waits for the last, and fails as the first. */
  private static final class Writer implements AutoCloseable {
    private final KafkaProducer<String, String> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    Writer(String bootstrapServers) {
      producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
              new StringSerializer(),
              new StringSerializer());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback says the same
    void write(Topic topic, String key, JsonObject value) {
      producer.send(
          new ProducerRecord<>(topic.topicName(), key, value.encode()),
          (metadata, cause) -> {
            if (cause != null) {
              failure.compareAndSet(null, cause);
            }
          });
    }

    @Override
    public void close() {
      producer.close();
      if (failure.get() != null) {
        throw new IllegalStateException("not everything was written", failure.get());
      }
    }
  }
}
