package io.callmesh.runtime.bus;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import io.callmesh.contracts.bus.BusCodecs;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;

/**
 * Starts Vert.x so that the event bus reaches the other processes of the mesh, with all its codecs.
 */
public final class MeshBus {
  private static final String LOGGING_TYPE = "hazelcast.logging.type";
  private static final String CLUSTER_NAME = "callmesh";

  private MeshBus() {}

  /**
   * A Vert.x instance on the bus. Fails when the cluster cannot be joined.
   *
   * @param eventLoops how many event-loop threads
   */
  public static Future<Vertx> join(ClusterConfig cluster, int eventLoops) {
    VertxOptions options =
        new VertxOptions().setEventLoopPoolSize(eventLoops).setPreferNativeTransport(true);
    if (cluster.mode() == ClusterConfig.Mode.NONE) {
      return Future.succeededFuture(withCodecs(Vertx.vertx(options)));
    }
    // Hazelcast logs before it has read any configuration.
    System.setProperty(LOGGING_TYPE, "slf4j");
    EventBusOptions bus = new EventBusOptions().setPort(cluster.busPort());
    if (cluster.host() != null) {
      bus.setHost(cluster.host());
    }
    return Vertx.builder()
        .with(options.setEventBusOptions(bus))
        .withClusterManager(new HazelcastClusterManager(hazelcast(cluster)))
        .buildClustered()
        .map(MeshBus::withCodecs);
  }

  private static Vertx withCodecs(Vertx vertx) {
    BusCodecs.registerOn(vertx.eventBus());
    return vertx;
  }

  private static Config hazelcast(ClusterConfig cluster) {
    Config config = ConfigUtil.loadConfig();
    config.setClusterName(CLUSTER_NAME);
    config
        .setProperty(LOGGING_TYPE, "slf4j")
        .setProperty("hazelcast.phone.home.enabled", "false")
        .setProperty("hazelcast.shutdownhook.enabled", "false")
        // Members are known by address, so there is no flood of joiners to wait for.
        .setProperty("hazelcast.wait.seconds.before.join", "0")
        // Processes that started before they knew of each other become one cluster soon after.
        .setProperty("hazelcast.merge.first.run.delay.seconds", "10")
        .setProperty("hazelcast.merge.next.run.delay.seconds", "10")
        // A dead process must be missed while its callers still wait, not after a minute.
        .setProperty("hazelcast.heartbeat.interval.seconds", "1")
        .setProperty("hazelcast.max.no.heartbeat.seconds", "6");
    NetworkConfig network = config.getNetworkConfig();
    network.setPort(cluster.port()).setPortAutoIncrement(true).setPortCount(20);
    if (cluster.host() != null) {
      network.getInterfaces().setEnabled(true).addInterface(cluster.host());
    }
    join(network.getJoin(), cluster);
    return config;
  }

  private static void join(JoinConfig join, ClusterConfig cluster) {
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    if (cluster.mode() == ClusterConfig.Mode.TCP) {
      join.getTcpIpConfig().setEnabled(true).setMembers(cluster.members());
    } else {
      join.getKubernetesConfig()
          .setEnabled(true)
          .setProperty("service-dns", String.valueOf(cluster.dns()))
          .setProperty("service-port", String.valueOf(cluster.port()));
    }
  }
}
