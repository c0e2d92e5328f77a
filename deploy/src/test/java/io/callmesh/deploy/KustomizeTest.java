package io.callmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Renders the manifests as an operator would, and holds them to {@link MeshRules}. */
class KustomizeTest {
  private static final String BASE = "deploy/kubernetes/base";
  private static final String EXAMPLE = "deploy/kubernetes/overlays/example";

  private static String base = "";

  @BeforeAll
  static void render() {
    assumeTrue(Manifests.canRender(), "kubectl is not installed: the manifests were not checked");
    base = Manifests.render(Repository.path(BASE));
  }

  @ParameterizedTest
  @ValueSource(strings = {BASE, EXAMPLE})
  void fitTheCodeAndEachOther(String folder) throws Exception {
    Manifests manifests = Manifests.parse(Manifests.render(Repository.path(folder)));
    assertThat(MeshRules.breaches(manifests)).isEmpty();
  }

  @Test
  void baseLeavesTheNamespaceOpen() {
    assertThat(Manifests.parse(base).objects())
        .allSatisfy(object -> assertThat(object.getMetadata().getNamespace()).isNull());
  }

  @Test
  void exampleOfSecretsHasTheKeysThatPodsAskFor() {
    Manifests manifests = Manifests.parse(base);
    List<String> asked =
        manifests.all(Deployment.class).stream()
            .flatMap(deployment -> new Pod(deployment, manifests).secretKeys().stream())
            .map(SecretKeySelector::getKey)
            .toList();
    List<String> shown =
        Arrays.stream(Repository.text("deploy/kubernetes/secrets.example.env").split("\n"))
            .filter(line -> line.contains("=") && !line.startsWith("#"))
            .map(line -> line.substring(0, line.indexOf('=')))
            .toList();
    assertThat(new TreeSet<>(shown)).isEqualTo(new TreeSet<>(asked));
    assertThat(MeshRules.SECRETS.keySet()).containsExactlyInAnyOrderElementsOf(shown);
  }

  /** What each rule is for: the manifests with one thing wrong, and what is said about it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CALLMESH_CLUSTER_BUS_PORT: "15701"   | CALLMESH_CLUSTER_BUSPORT: "15701"  | does not know CALLMESH_CLUSTER_BUSPORT
          value: -XX:MaxRAMPercentage=65       | value: -XX:MaxRAMPercentage=60     | drops JVM options of the image
          -XX:+ExitOnOutOfMemoryError          | -XX:+ExitOnOutOfMemoryError -XX:MaxRAMPercentage=90 | repeats the JVM option MaxRAMPercentage
          -XX:+ExitOnOutOfMemoryError          | -XX:+ExitOnOutOfMemoryError -XX:-ExitOnOutOfMemoryError | repeats the JVM option ExitOnOutOfMemoryError
          -Xmn32m                              | -Xmn32m -Xmn64m                    | repeats the JVM option Xmn
          CALLMESH_CLUSTER_BUS_PORT: "15701"   | CALLMESH_CLUSTER_BUS_PORT: "15702" | declares bus as 15701, the process listens on 15702
          CALLMESH_DRAIN_DEADLINE: 5m          | CALLMESH_DRAIN_DEADLINE: 320s      | is granted 330 s to stop and may need 335 s
          CALLMESH_DRAIN_DEADLINE: 5m          | CALLMESH_DRAIN_DEADLINE: 5 minutes | does not start: CALLMESH_DRAIN_DEADLINE must be
          CALLMESH_DRAIN_DEADLINE: 5m          | CALLMESH_ADMIN_API_KEY: oops       | shows the secret CALLMESH_ADMIN_API_KEY
          CALLMESH_CLUSTER_DNS: callmesh-cluster | CALLMESH_LOG_LEVEL: INFO         | does not start: CALLMESH_CLUSTER_DNS must be set
          CALLMESH_KAFKA_BOOTSTRAP_SERVERS:    | CALLMESH_KAFKA_CLIENT_X:           | does not start: CALLMESH_KAFKA_BOOTSTRAP_SERVERS must be set
          key: CALLMESH_TICKET_SECRET          | key: CALLMESH_ADMIN_API_KEY        | stream-ingress is given a secret that it does not need
          name: CALLMESH_TICKET_SECRET         | name: CALLMESH_LOG_LEVEL           | does not start: CALLMESH_TICKET_SECRET must be set
          containerPort: 8081                  | containerPort: 8082                | declares management as 8082, the process listens on 8081
          path: /health/ready                  | path: /healthz                     | asks /healthz on 8081, not /health/ready on 8081
          port: management                     | port: http                         | asks /health/live on 8080
          targetPort: bus                      | targetPort: buss                   | sends to port buss, which audio-worker has not
          clusterIP: None                      | clusterIP: 10.0.0.1                | callmesh-cluster has an IP
          publishNotReadyAddresses: true       | publishNotReadyAddresses: false    | hides pods that are starting
          path: /streams                       | path: /stream                      | /streams/aTicket goes to nobody, not to stream-ingress
          path: /v1/agents                     | path: /v1/agent                    | goes to handoff-service, not to routing-service
          host: callmesh.example.com           | host: other.example.com            | the Ingress is for other.example.com
          enableServiceLinks: false            | enableServiceLinks: true           | would get variables such as
          readOnlyRootFilesystem: true         | readOnlyRootFilesystem: false      | may do more than it must
          mountPath: /tmp                      | mountPath: /temp                   | has no /tmp to write to
          maxUnavailable: 0                    | maxUnavailable: 1                  | a rollout may leave
          image: callmesh/audio-worker:        | image: callmesh/audio-workers:     | audio-worker runs callmesh/audio-workers:
          app.kubernetes.io/component:         | app.kubernetes.io/komponent:       | lacks the label app.kubernetes.io/component
          - port: cluster                      | - port: clusters                   | opens a port that is not there
          """)
  void wouldNotGoUnnoticed(String right, String wrong, String breach) throws Exception {
    assertThat(base).contains(right);
    Manifests manifests = Manifests.parse(base.replace(right, wrong));
    assertThat(MeshRules.breaches(manifests)).anySatisfy(said -> assertThat(said).contains(breach));
  }

  @ParameterizedTest
  @CsvSource({
    "periodSeconds:, periodSecond:, periodSecond",
    "kind: ServiceAccount, kind: Secret, v1/Secret",
    "runAsNonRoot: true, runAsNonRoot: sometimes, sometimes"
  })
  void refusesWhatTheTypesDoNotHave(String right, String wrong, String named) {
    assertThat(base).contains(right);
    assertThatThrownBy(() -> Manifests.parse(base.replace(right, wrong)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }
}
