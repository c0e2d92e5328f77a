package io.callmesh.broker;

import java.util.Map;
import java.util.TreeMap;

/** What a broker of one node, for one machine, needs said otherwise than Kafka's defaults. */
final class NodeSettings {
  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  private static final String CLIENT_LISTENER = "PLAINTEXT";

  /** Few threads, small buffers and index files, no copies, no waiting for others to join. */
  private static final Map<String, String> SMALL =
      Map.ofEntries(
          Map.entry("auto.create.topics.enable", "false"),
          Map.entry("default.replication.factor", "1"),
          Map.entry("offsets.topic.replication.factor", "1"),
          Map.entry("offsets.topic.num.partitions", "1"),
          Map.entry("transaction.state.log.replication.factor", "1"),
          Map.entry("transaction.state.log.min.isr", "1"),
          Map.entry("transaction.state.log.num.partitions", "1"),
          Map.entry("share.coordinator.state.topic.replication.factor", "1"),
          Map.entry("share.coordinator.state.topic.min.isr", "1"),
          Map.entry("share.coordinator.state.topic.num.partitions", "1"),
          Map.entry("group.initial.rebalance.delay.ms", "0"),
          Map.entry("group.coordinator.threads", "1"),
          Map.entry("share.coordinator.threads", "1"),
          Map.entry("num.network.threads", "1"),
          Map.entry("num.io.threads", "2"),
          Map.entry("num.recovery.threads.per.data.dir", "1"),
          Map.entry("background.threads", "2"),
          Map.entry("log.cleaner.threads", "1"),
          Map.entry("log.cleaner.dedupe.buffer.size", "8388608"),
          Map.entry("log.segment.bytes", "67108864"),
          Map.entry("log.index.size.max.bytes", "1048576"),
          Map.entry("broker.heartbeat.interval.ms", "500"),
          // After a kill the next start has to wait until the controller gives the dead one up.
          Map.entry("broker.session.timeout.ms", "3000"),
          Map.entry("metadata.max.idle.interval.ms", "5000"),
          Map.entry("server.max.startup.time.ms", "60000"),
          Map.entry("metric.reporters", ""));

  private NodeSettings() {}

  static Map<String, String> of(DataDirectory directory, LoopbackListeners listeners) {
    Map<String, String> settings = new TreeMap<>(SMALL);
    String clients = CLIENT_LISTENER + "://" + listeners.bootstrapServers();
    String controller = CONTROLLER_LISTENER + "://" + listeners.controllerAddress();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put("controller.quorum.voters", NODE_ID + "@" + listeners.controllerAddress());
    settings.put("controller.listener.names", CONTROLLER_LISTENER);
    settings.put("listeners", clients + "," + controller);
    settings.put("advertised.listeners", clients);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", directory.log().toString());
    return settings;
  }
}
