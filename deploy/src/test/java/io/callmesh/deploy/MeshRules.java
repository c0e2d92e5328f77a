package io.callmesh.deploy;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.callmesh.runtime.service.MeshProcess;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressServiceBackend;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** What must hold for the manifests to fit the code and each other. Each breach is a sentence. */
final class MeshRules {
  /** A Secret as the operator makes it. */
  static final Map<String, String> SECRETS =
      Map.of(
          "CALLMESH_TWILIO_ACCOUNTS", "[{\"accountSid\":\"AC1\",\"authTokens\":[\"of a test\"]}]",
          "CALLMESH_TICKET_SECRET", "a ticket secret of the test",
          "CALLMESH_ADMIN_API_KEY", "an admin key of the test",
          "CALLMESH_FLEX_ACCOUNTS",
              "[{\"accountSid\":\"AC1\",\"accountId\":null,\"roles\":[\"agent\"]}]",
          "CALLMESH_AGENT_SECRETS", "[{\"name\":\"of a test\",\"value\":\"x\"}]");

  private static final Set<String> LABELS =
      Set.of(
          "app.kubernetes.io/name",
          "app.kubernetes.io/instance",
          "app.kubernetes.io/version",
          "app.kubernetes.io/component",
          "app.kubernetes.io/part-of",
          "app.kubernetes.io/managed-by");
  private static final Pattern SECRET_NAME =
      Pattern.compile(".*(SECRET|TOKEN|PASSWORD|JAAS|API_KEY|TWILIO_ACCOUNTS).*");

  private static final Pattern JVM_OPTION_NAME =
      Pattern.compile("^-(?:XX:[+-]?([^=]+)|(Xm[nsx]|Xss)).*");

  private static final String CLUSTER_SERVICE = "callmesh-cluster";

  private final Manifests manifests;
  private final List<Pod> pods;
  private final List<String> breaches = new ArrayList<>();

  private MeshRules(Manifests manifests) {
    this.manifests = manifests;
    this.pods =
        manifests.all(Deployment.class).stream()
            .map(deployment -> new Pod(deployment, manifests))
            .toList();
  }

  /** Every breach; none for manifests that are right. */
  static List<String> breaches(Manifests manifests) throws Exception {
    MeshRules rules = new MeshRules(manifests);
    rules.check();
    return List.copyOf(rules.breaches);
  }

  private void check() throws Exception {
    manifests.objects().forEach(this::labels);
    for (DeployedService service : DeployedService.all()) {
      List<Pod> own = pods.stream().filter(pod -> pod.name().equals(service.name())).toList();
      require(own.size() == 1, "%s has %s deployments", service.name(), own.size());
      if (own.size() == 1) {
        pod(service, own.get(0));
      }
    }
    require(pods.size() == 4, "there are %s deployments, not 4", pods.size());
    manifests.all(ConfigMap.class).forEach(this::noSecrets);
    manifests.all(Service.class).forEach(this::service);
    clusterService();
    manifests.all(PodDisruptionBudget.class).forEach(this::disruption);
    manifests.all(NetworkPolicy.class).forEach(this::networkPolicy);
    manifests.all(Ingress.class).forEach(this::ingress);
    require(manifests.all(Ingress.class).size() == 1, "there must be one Ingress");
  }

  @FormatMethod
  private void require(boolean holds, @FormatString String breach, Object... details) {
    if (!holds) {
      breaches.add(breach.formatted(details));
    }
  }

  private void labels(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    for (String label : LABELS) {
      require(labels.containsKey(label), "%s lacks the label %s", describe(object), label);
    }
  }

  private static String describe(HasMetadata object) {
    return object.getKind() + " " + object.getMetadata().getName();
  }

  // A service's pods.

  private void pod(DeployedService service, Pod pod) throws Exception {
    for (String variable : pod.variables(SECRETS).keySet()) {
      require(service.knows(variable), "%s does not know %s", service.name(), variable);
    }
    jvmOptions(pod);
    for (SecretKeySelector key : pod.secretKeys()) {
      boolean its = key.getName().equals("callmesh-secrets") && service.isItsOwn(key.getKey());
      require(its, "%s is given a secret that it does not need: %s", service.name(), key.getKey());
    }
    plainSecrets(service.name(), pod.plainVariables());
    sound(pod);
    settings(service, pod);
    settingsWithoutOptionalSecrets(service, pod);
  }

  /** The pod's take the place of the image's, and the JVM goes by the last of those that repeat. */
  private void jvmOptions(Pod pod) {
    String images = ImageTest.variable(DeployedService.JVM_OPTIONS);
    List<String> options =
        List.of(
            pod.plainVariables().getOrDefault(DeployedService.JVM_OPTIONS, images).split("\\s+"));
    require(
        options.containsAll(List.of(images.split("\\s+"))),
        "%s drops JVM options of the image",
        pod.name());
    Set<String> names = new HashSet<>();
    for (String option : options) {
      String name = JVM_OPTION_NAME.matcher(option).replaceFirst("$1$2");
      require(names.add(name), "%s repeats the JVM option %s", pod.name(), name);
    }
  }

  private void settings(DeployedService service, Pod pod) {
    try {
      DeployedService.Configured configured = service.configure(pod.variables(SECRETS));
      ports(pod, configured);
      probes(pod, configured);
      drain(pod, configured);
      cluster(pod, configured);
      routes(service, configured);
    } catch (Exception refused) {
      breaches.add(service.name() + " does not start: " + refused.getMessage());
    }
  }

  private void settingsWithoutOptionalSecrets(DeployedService service, Pod pod) {
    Map<String, String> least = new HashMap<>(SECRETS);
    pod.secretKeys().stream()
        .filter(key -> Boolean.TRUE.equals(key.getOptional()))
        .forEach(key -> least.remove(key.getKey()));
    try {
      require(
          service.configure(pod.variables(least)).common().port() > 0,
          "%s has no port",
          service.name());
    } catch (Exception refused) {
      breaches.add(service.name() + " needs an optional secret: " + refused.getMessage());
    }
  }

  private void ports(Pod pod, DeployedService.Configured configured) {
    port(pod, "management", configured.common().managementPort());
    port(pod, "cluster", configured.cluster().port());
    port(pod, "bus", configured.cluster().busPort());
    if (configured.routes().isEmpty()) {
      require(pod.port("http").isEmpty(), "%s has no routes, but a port for them", pod.name());
    } else {
      port(pod, "http", configured.common().port());
    }
  }

  private void port(Pod pod, String name, int listens) {
    int declared = pod.port(name).orElse(-1);
    require(
        declared == listens,
        "%s declares %s as %s, the process listens on %s",
        pod.name(),
        name,
        declared,
        listens);
  }

  private void probes(Pod pod, DeployedService.Configured configured) {
    int port = configured.common().managementPort();
    Container container = pod.container();
    probe(pod, container.getStartupProbe(), MeshProcess.LIVE_PATH, port);
    probe(pod, container.getLivenessProbe(), MeshProcess.LIVE_PATH, port);
    probe(pod, container.getReadinessProbe(), MeshProcess.READY_PATH, port);
  }

  private void probe(Pod pod, Probe probe, String path, int port) {
    String asked = probe.getHttpGet().getPath();
    int on = pod.port(probe.getHttpGet().getPort()).orElse(-1);
    require(
        asked.equals(path) && on == port,
        "a probe of %s asks %s on %s, not %s on %s",
        pod.name(),
        asked,
        on,
        path,
        port);
  }

  private void drain(Pod pod, DeployedService.Configured configured) {
    long preStop = pod.container().getLifecycle().getPreStop().getSleep().getSeconds();
    long needed =
        preStop
            + configured.common().drainDeadline().toSeconds()
            + MeshProcess.CLOSE_TIMEOUT_MS / 1000;
    long granted = pod.spec().getTerminationGracePeriodSeconds();
    require(
        granted > needed,
        "%s is granted %s s to stop and may need %s s",
        pod.name(),
        granted,
        needed);
  }

  private void cluster(Pod pod, DeployedService.Configured configured) {
    require(
        CLUSTER_SERVICE.equals(configured.cluster().dns()),
        "%s looks for the others at %s",
        pod.name(),
        String.valueOf(configured.cluster().dns()));
    require(configured.cluster().host() != null, "%s does not tell the others its IP", pod.name());
  }

  /** What Kubernetes itself would refuse, or what makes a pod less safe or its process fail. */
  private void sound(Pod pod) {
    require(
        pod.hasLabels(pod.deployment().getSpec().getSelector().getMatchLabels()),
        "the deployment %s does not select its pods",
        pod.name());
    long taken =
        pods.stream()
            .filter(other -> other.isSelectedBy(pod.deployment().getSpec().getSelector()))
            .count();
    require(taken == 1, "the deployment %s selects the pods of %s", pod.name(), taken);
    for (String label : LABELS) {
      require(pod.labels().containsKey(label), "a pod of %s lacks %s", pod.name(), label);
    }
    require(
        Boolean.FALSE.equals(pod.spec().getEnableServiceLinks()),
        "%s would get variables such as CALLMESH_..._PORT from Kubernetes",
        pod.name());
    require(
        Boolean.FALSE.equals(pod.spec().getAutomountServiceAccountToken()),
        "%s carries a token for the Kubernetes API",
        pod.name());
    require(
        "0"
            .equals(
                pod.deployment()
                    .getSpec()
                    .getStrategy()
                    .getRollingUpdate()
                    .getMaxUnavailable()
                    .getValue()
                    .toString()),
        "a rollout may leave %s with fewer pods",
        pod.name());
    image(pod);
    confined(pod);
  }

  private void image(Pod pod) {
    String image = pod.container().getImage();
    String version = pod.labels().get("app.kubernetes.io/version");
    require(
        image.endsWith("callmesh/" + pod.name() + ":" + version),
        "%s runs %s, labelled %s",
        pod.name(),
        image,
        String.valueOf(version));
  }

  private void confined(Pod pod) {
    SecurityContext security = pod.container().getSecurityContext();
    boolean confined =
        Boolean.TRUE.equals(pod.spec().getSecurityContext().getRunAsNonRoot())
            && Boolean.TRUE.equals(security.getReadOnlyRootFilesystem())
            && Boolean.FALSE.equals(security.getAllowPrivilegeEscalation())
            && security.getCapabilities().getDrop().contains("ALL");
    require(confined, "%s may do more than it must", pod.name());
    require(hasTmp(pod), "%s has no /tmp to write to", pod.name());
  }

  private static boolean hasTmp(Pod pod) {
    Set<String> empty =
        Set.copyOf(
            pod.spec().getVolumes().stream()
                .filter(volume -> volume.getEmptyDir() != null)
                .map(Volume::getName)
                .toList());
    return pod.container().getVolumeMounts().stream()
        .filter(mount -> mount.getMountPath().equals("/tmp"))
        .map(VolumeMount::getName)
        .anyMatch(empty::contains);
  }

  // Secrets.

  private void noSecrets(ConfigMap map) {
    plainSecrets(describe(map), map.getData());
  }

  private void plainSecrets(String where, Map<String, String> variables) {
    for (String variable : variables.keySet()) {
      require(!SECRET_NAME.matcher(variable).matches(), "%s shows the secret %s", where, variable);
    }
  }

  // How pods are reached.

  private void service(Service service) {
    List<Pod> selected =
        pods.stream().filter(pod -> pod.hasLabels(service.getSpec().getSelector())).toList();
    require(!selected.isEmpty(), "%s selects no pod", describe(service));
    for (Pod pod : selected) {
      for (ServicePort port : service.getSpec().getPorts()) {
        require(
            pod.port(port.getTargetPort()).isPresent(),
            "%s sends to port %s, which %s has not",
            describe(service),
            port.getTargetPort().getValue(),
            pod.name());
      }
    }
    if (!service.getMetadata().getName().equals(CLUSTER_SERVICE)) {
      boolean own =
          selected.size() == 1 && selected.get(0).name().equals(service.getMetadata().getName());
      require(own, "%s selects the pods of others", describe(service));
    }
  }

  private void clusterService() {
    Service cluster = manifests.get(Service.class, CLUSTER_SERVICE);
    boolean all = pods.stream().allMatch(pod -> pod.hasLabels(cluster.getSpec().getSelector()));
    require(all, "%s does not list all pods", CLUSTER_SERVICE);
    require("None".equals(cluster.getSpec().getClusterIP()), "%s has an IP", CLUSTER_SERVICE);
    require(
        Boolean.TRUE.equals(cluster.getSpec().getPublishNotReadyAddresses()),
        "%s hides pods that are starting",
        CLUSTER_SERVICE);
    for (ServicePort port : cluster.getSpec().getPorts()) {
      for (Pod pod : pods) {
        require(
            pod.port(port.getTargetPort()).filter(port.getPort()::equals).isPresent(),
            "%s has %s where %s listens elsewhere",
            CLUSTER_SERVICE,
            port.getPort(),
            pod.name());
      }
    }
  }

  private void disruption(PodDisruptionBudget budget) {
    LabelSelector selector = budget.getSpec().getSelector();
    List<String> selected = selectedBy(selector);
    require(
        selected.equals(List.of(budget.getMetadata().getName())),
        "%s is for the pods of %s",
        describe(budget),
        selected);
  }

  private void networkPolicy(NetworkPolicy policy) {
    List<String> selected = selectedBy(policy.getSpec().getPodSelector());
    require(!selected.isEmpty(), "%s selects no pod", describe(policy));
    for (NetworkPolicyIngressRule rule : policy.getSpec().getIngress()) {
      for (NetworkPolicyPort port : rule.getPorts()) {
        boolean known =
            pods.stream()
                .filter(pod -> selected.contains(pod.name()))
                .allMatch(pod -> pod.port(port.getPort()).isPresent());
        require(known, "%s opens a port that is not there", describe(policy));
        boolean everywhere = rule.getFrom() == null || rule.getFrom().isEmpty();
        boolean isPublic = Objects.equals(port.getPort().getStrVal(), "http");
        require(isPublic || !everywhere, "%s opens an inner port to all", describe(policy));
      }
    }
  }

  private List<String> selectedBy(LabelSelector selector) {
    return pods.stream().filter(pod -> pod.isSelectedBy(selector)).map(Pod::name).toList();
  }

  // The public surface.

  private void ingress(Ingress ingress) {
    PublicPaths paths = new PublicPaths(ingress);
    paths.all().forEach(this::backend);
    PublicPaths.SURFACE.forEach(
        (service, all) -> all.forEach(path -> reaches(paths, path, service)));
    for (Pod pod : pods) {
      String url = pod.plainVariables().get("CALLMESH_PUBLIC_URL");
      if (url != null) {
        String host = ingress.getSpec().getRules().get(0).getHost();
        require(
            Objects.equals(URI.create(url).getHost(), host),
            "%s tells Twilio %s, the Ingress is for %s",
            pod.name(),
            url,
            host);
      }
    }
  }

  private void backend(HTTPIngressPath path) {
    IngressServiceBackend backend = path.getBackend().getService();
    boolean there =
        manifests.find(Service.class, backend.getName()).stream()
            .flatMap(service -> service.getSpec().getPorts().stream())
            .anyMatch(port -> port.getName().equals(backend.getPort().getName()));
    require(there, "%s goes to %s, which is not there", path.getPath(), backend.getName());
  }

  private void routes(DeployedService service, DeployedService.Configured configured) {
    for (Ingress ingress : manifests.all(Ingress.class)) {
      for (String route : configured.routes()) {
        reaches(new PublicPaths(ingress), PublicPaths.example(route), service.name());
      }
    }
  }

  private void reaches(PublicPaths paths, String path, String service) {
    String backend = paths.backend(path).orElse("nobody");
    require(backend.equals(service), "%s goes to %s, not to %s", path, backend, service);
  }
}
