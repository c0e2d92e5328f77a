package io.callmesh.broker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {
  private static final String TOPIC = "greetings";

  @TempDir Path dataDir;

  @Test
  void keepsTopicsAndRecordsOverARestartOnOtherPorts() throws Exception {
    String before;
    try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir)) {
      before = broker.bootstrapServers();
      create(before);
      send(before, "hello");
    }
    try (ServerSocket taken = takeAgain(before);
        EmbeddedBroker broker = EmbeddedBroker.start(dataDir)) {
      assertThat(taken.isBound()).isTrue();
      assertThat(broker.bootstrapServers()).isNotEqualTo(before);
      send(broker.bootstrapServers(), "again");
      assertThat(read(broker.bootstrapServers(), 2)).containsExactly("hello", "again");
    }
  }

  @Test
  void listensOnTheGivenPort() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir, port)) {
      assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + port);
      create(broker.bootstrapServers());
    }
  }

  @Test
  void refusesADirectoryThatAnotherBrokerUses() {
    try (EmbeddedBroker broker = EmbeddedBroker.start(dataDir)) {
      assertThatExceptionOfType(BrokerException.class)
          .isThrownBy(() -> EmbeddedBroker.start(dataDir))
          .withMessage("The broker's data directory %s is in use by another broker.", dataDir);
      assertThat(broker.bootstrapServers()).startsWith("127.0.0.1:");
    }
  }

  @Test
  void saysThatItsPortIsTakenAndLeavesTheDirectoryUnlocked() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertThatExceptionOfType(BrokerException.class)
          .isThrownBy(() -> EmbeddedBroker.start(dataDir, port))
          .withMessageStartingWith("The broker cannot listen on port " + port + ": ");
    }
    DataDirectory.lock(dataDir).unlock();
  }

  @Test
  void refusesADirectoryWithSomethingElseInIt() throws IOException {
    Files.createDirectories(dataDir.resolve("log"));
    Files.writeString(dataDir.resolve("log").resolve("meta.properties"), "version=no\n");
    assertThatExceptionOfType(BrokerException.class)
        .isThrownBy(() -> EmbeddedBroker.start(dataDir))
        .withMessageStartingWith("The broker cannot start on " + dataDir.resolve("log") + ": ");
  }

  @Test
  void closesTwiceWithoutHarm() {
    EmbeddedBroker broker = EmbeddedBroker.start(dataDir);
    broker.close();
    broker.close();
    DataDirectory.lock(dataDir).unlock();
  }

  private static ServerSocket takeAgain(String address) throws IOException {
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }

  private static void create(String bootstrapServers) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get(10, SECONDS);
    }
  }

  private static void send(String bootstrapServers, String value) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers, "acks", "all");
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      var metadata = producer.send(new ProducerRecord<>(TOPIC, "key", value)).get(10, SECONDS);
      assertThat(metadata.hasOffset()).isTrue();
    }
  }

  private static List<String> read(String bootstrapServers, int records) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", bootstrapServers, "fetch.min.bytes", 1);
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(TOPIC, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<String> values = new ArrayList<>();
      long deadline = System.nanoTime() + SECONDS.toNanos(10);
      while (values.size() < records && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
          values.add(record.value());
        }
      }
      return values;
    }
  }
}
