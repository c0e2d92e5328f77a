package io.callmesh.runtime.bus;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How this process finds the others.
 *
 * @param mode alone, by addresses, or by Kubernetes DNS
 * @param members host[:port] of members to ask first; for {@link Mode#TCP}
 * @param dns the headless service's name; for {@link Mode#KUBERNETES}
 * @param port the port of membership
 * @param host the address others reach this process at; null to choose
 * @param busPort the port of the event bus; 0 for any free one
 */
public record ClusterConfig(
    Mode mode,
    List<String> members,
    @Nullable String dns,
    int port,
    @Nullable String host,
    int busPort) {
  private static final int MAX_PORT = 65_535;

  /**
   * How members are found. Multicast is never used: clouds do not carry it, and it joins strangers.
   */
  public enum Mode {
    /** This process is the whole mesh. */
    NONE,
    /** By the addresses of members. */
    TCP,
    /** By the DNS name of a headless Kubernetes service. */
    KUBERNETES
  }

  public ClusterConfig {
    members = List.copyOf(members);
    if (mode == Mode.TCP && members.isEmpty()) {
      throw new ConfigException(
          "CALLMESH_CLUSTER_MEMBERS must be set when CALLMESH_CLUSTER is tcp");
    }
    if (mode == Mode.KUBERNETES && dns == null) {
      throw new ConfigException(
          "CALLMESH_CLUSTER_DNS must be set when CALLMESH_CLUSTER is kubernetes");
    }
  }

  /** A process alone. */
  public static ClusterConfig alone() {
    return new ClusterConfig(Mode.NONE, List.of(), null, 0, null, 0);
  }

  /** Reads and checks the settings. */
  public static ClusterConfig from(Settings settings) {
    return new ClusterConfig(
        mode(settings.required("CALLMESH_CLUSTER")),
        settings.text("CALLMESH_CLUSTER_MEMBERS").map(ClusterConfig::members).orElse(List.of()),
        settings.text("CALLMESH_CLUSTER_DNS").orElse(null),
        settings.integer("CALLMESH_CLUSTER_PORT", 1, MAX_PORT),
        settings.text("CALLMESH_CLUSTER_HOST").orElse(null),
        settings.integer("CALLMESH_CLUSTER_BUS_PORT", 0, MAX_PORT));
  }

  private static List<String> members(String list) {
    return Stream.of(list.split(","))
        .map(String::strip)
        .filter(member -> !member.isEmpty())
        .toList();
  }

  private static Mode mode(String text) {
    return switch (text) {
      case "none" -> Mode.NONE;
      case "tcp" -> Mode.TCP;
      case "kubernetes" -> Mode.KUBERNETES;
      default ->
          throw new ConfigException(
              "CALLMESH_CLUSTER must be none, tcp or kubernetes, was '" + text + "'");
    };
  }
}
