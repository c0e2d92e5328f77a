package io.callmesh.broker;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.fault.FaultHandler;
import org.apache.kafka.server.fault.FaultHandlerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * Kafka's controller and broker, put together as {@link KafkaRaftServer} does it but for two
 * things: the sockets are ours, and a fatal fault fails the start instead of ending the process.
 */
final class SingleNode {
  private static final Logger log = LoggerFactory.getLogger(SingleNode.class);
  private static final long START_SECONDS = 90;

  private final ControllerServer controller;
  private final BrokerServer broker;
  private final CompletableFuture<Void> started = new CompletableFuture<>();

  private SingleNode(KafkaConfig config, LoopbackListeners listeners) {
    Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> formatted =
        KafkaRaftServer.initializeLogDirs(config, log, "");
    SharedServer shared = share(config, formatted._1(), listeners);
    broker = new BrokerServer(shared);
    controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), formatted._2());
  }

  private SharedServer share(
      KafkaConfig config, MetaPropertiesEnsemble properties, LoopbackListeners listeners) {
    List<String> voters = config.quorumConfig().voters();
    return new SharedServer(
        config,
        properties,
        Time.SYSTEM,
        Server.initializeMetrics(config, Time.SYSTEM, properties.clusterId().orElseThrow()),
        CompletableFuture.completedFuture(QuorumConfig.parseVoterConnections(voters)),
        List.of(),
        (name, fatal, action) -> faults(name, fatal, action),
        listeners);
  }

  private FaultHandler faults(String name, boolean fatal, Runnable action) {
    return (message, cause) -> {
      log.error("{}: {}", name, message, cause);
      FaultHandlerException fault = new FaultHandlerException(name + ": " + message, cause);
      action.run();
      if (fatal) {
        started.completeExceptionally(fault);
      }
      return fault;
    };
  }

  /** Formats the directory if need be, starts the node and waits until it serves. */
  static SingleNode start(DataDirectory directory, LoopbackListeners listeners) {
    directory.formatIfEmpty();
    Map<String, String> settings = NodeSettings.of(directory, listeners);
    try {
      SingleNode node = new SingleNode(new KafkaConfig(settings, false), listeners);
      node.start();
      return node;
    } catch (BrokerException e) {
      throw e;
    } catch (Exception e) {
      throw unusable(directory, e);
    }
  }

  private static BrokerException unusable(DataDirectory directory, Throwable cause) {
    return new BrokerException(
        "The broker cannot start on " + directory.log() + ": " + cause.getMessage(), cause);
  }

  private void start() throws Exception {
    Thread starter = new Thread(this::run, "callmesh-broker-start");
    starter.setDaemon(true);
    starter.start();
    try {
      started.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      abandon(e);
    }
  }

  private void run() {
    try {
      controller.startup();
      broker.startup();
      started.complete(null);
    } catch (Throwable e) {
      started.completeExceptionally(e);
    }
  }

  private void abandon(Exception e) throws Exception {
    stop();
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    throw e.getCause() instanceof Exception cause ? cause : e;
  }

  void stop() {
    broker.shutdown();
    controller.shutdown();
  }
}
