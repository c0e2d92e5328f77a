package io.callmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.runtime.bus.ClusterConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The mesh as it is deployed: a broker and the services' own jars, each in a JVM of its own. */
final class ProcessMesh {
  static final String API_KEY = "process-mesh-admin-key";
  static final String ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef";
  static final String AUTH_TOKEN = "process-mesh-auth-token";

  private static final String[] ONE_OF_EACH = {
    "handoff-service", "audio-worker", "routing-service", "stream-ingress"
  };

  /** A service's process and where it listens. */
  record Service(String name, int port, int managementPort, int clusterPort, JavaProcess process) {}

  private final Path data;
  private final int brokerPort = FreePorts.find(1).get(0);
  private final List<JavaProcess> processes = new ArrayList<>();
  private final List<Ports> ports = new ArrayList<>();
  private final List<Service> services = new ArrayList<>();
  private final String bootstrapServers;
  private JavaProcess broker;

  private record Ports(String name, int port, int management, int cluster) {}

  private ProcessMesh(Path data) throws Exception {
    this.data = data;
    this.broker = launchBroker();
    this.bootstrapServers = broker.awaitReady().replaceAll(".*broker ready ", "");
  }

  /** Starts the broker and the four services; returns when each has said that it is ready. */
  static ProcessMesh start(Path data) throws Exception {
    return start(data, ONE_OF_EACH);
  }

  /** The same with these services; a name that is there twice gives two replicas. */
  static ProcessMesh start(Path data, String... names) throws Exception {
    ProcessMesh mesh = new ProcessMesh(data);
    try {
      mesh.startServices(names);
      return mesh;
    } catch (Exception failure) {
      mesh.kill();
      throw failure;
    }
  }

  private JavaProcess launchBroker() throws IOException {
    JavaProcess process =
        JavaProcess.start(
            "broker",
            "broker ready",
            Map.of(),
            List.of(
                "-cp",
                "target/lib/*",
                "io.callmesh.broker.BrokerMain",
                data.toString(),
                String.valueOf(brokerPort)));
    processes.add(process);
    return process;
  }

  /** Starts the broker, which has ended, on the port and with the data it had. */
  JavaProcess launchBrokerAgain() throws IOException {
    broker = launchBroker();
    return broker;
  }

  private void startServices(String... names) throws Exception {
    Iterator<Integer> free = FreePorts.find(3 * names.length).iterator();
    for (String name : names) {
      ports.add(new Ports(name, free.next(), free.next(), free.next()));
    }
    for (Ports own : ports) {
      services.add(launch(own));
    }
    for (Service service : services) {
      assertThat(service.process().awaitReady()).contains(service.name());
    }
  }

  private Service launch(Ports own) throws IOException {
    String jar = Path.of("..", own.name(), "target", own.name() + ".jar").toString();
    JavaProcess process =
        JavaProcess.start(
            own.name(), "ready: [" + own.name(), environment(own), List.of("-jar", jar));
    processes.add(process);
    return new Service(own.name(), own.port(), own.management(), own.cluster(), process);
  }

  /** Starts a service that has ended, on the ports it had; returns when it is ready. */
  @CanIgnoreReturnValue
  Service startAgain(Service ended) throws Exception {
    Service started = launchAgain(ended);
    assertThat(started.process().awaitReady()).contains(started.name());
    return started;
  }

  /** The same without waiting. */
  Service launchAgain(Service ended) throws IOException {
    int place = services.indexOf(ended);
    Service started = launch(ports.get(place));
    services.set(place, started);
    return started;
  }

  /** How a test joins the services' cluster. */
  ClusterConfig membership() {
    return new ClusterConfig(
        ClusterConfig.Mode.TCP,
        List.of(members().split(",")),
        null,
        FreePorts.find(1).get(0),
        "127.0.0.1",
        0);
  }

  private String members() {
    return ports.stream().map(one -> "127.0.0.1:" + one.cluster()).collect(Collectors.joining(","));
  }

  private Map<String, String> environment(Ports own) {
    Map<String, String> environment = new HashMap<>();
    environment.put("CALLMESH_PORT", String.valueOf(own.port()));
    environment.put("CALLMESH_MANAGEMENT_PORT", String.valueOf(own.management()));
    environment.put("CALLMESH_LISTEN_ADDRESS", "127.0.0.1");
    environment.put("CALLMESH_EVENT_LOOPS", "1");
    environment.put("CALLMESH_CLUSTER", "tcp");
    environment.put("CALLMESH_CLUSTER_PORT", String.valueOf(own.cluster()));
    environment.put("CALLMESH_CLUSTER_HOST", "127.0.0.1");
    environment.put("CALLMESH_CLUSTER_MEMBERS", members());
    environment.put("CALLMESH_DRAIN_DEADLINE", "5s");
    environment.put("CALLMESH_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("CALLMESH_PUBLIC_URL", "http://127.0.0.1:" + port("routing-service"));
    environment.put("CALLMESH_STREAM_URL", "ws://127.0.0.1:" + port("stream-ingress"));
    environment.put(
        "CALLMESH_TWILIO_ACCOUNTS",
        "[{\"accountSid\":\"%s\",\"authTokens\":[\"%s\"]}]".formatted(ACCOUNT_SID, AUTH_TOKEN));
    environment.put("CALLMESH_TICKET_SECRET", "process-mesh-ticket-secret");
    environment.put("CALLMESH_ADMIN_API_KEY", API_KEY);
    environment.put("CALLMESH_AGENT_ALLOW_PRIVATE_ADDRESSES", "true");
    environment.put("CALLMESH_HANDOFF_RATE_PER_KEY", "10000");
    return environment;
  }

  /** Where a service is, or else where nobody listens: the port of the discard protocol. */
  private int port(String name) {
    return ports.stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .map(Ports::port)
        .orElse(9);
  }

  /** The services, in the order of their start. */
  List<Service> services() {
    return services;
  }

  Service service(String name) {
    return services.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  /** Where clients reach the broker. */
  String bootstrapServers() {
    return bootstrapServers;
  }

  /** The broker's process. */
  JavaProcess broker() {
    return broker;
  }

  /** What all of them printed. */
  String output() {
    return processes.stream().map(JavaProcess::output).collect(Collectors.joining("\n====\n"));
  }

  /** Ends whatever still runs. */
  void kill() throws InterruptedException {
    for (JavaProcess process : processes) {
      process.kill();
    }
  }
}
