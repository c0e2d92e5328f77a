package io.callmesh.deploy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The pods that a deployment makes, and what Kubernetes would tell the process in them. */
record Pod(Deployment deployment, Manifests manifests) {
  private static final String POD_IP = "10.1.2.3";

  String name() {
    return deployment.getMetadata().getName();
  }

  PodSpec spec() {
    return deployment.getSpec().getTemplate().getSpec();
  }

  Container container() {
    return spec().getContainers().get(0);
  }

  Map<String, String> labels() {
    return deployment.getSpec().getTemplate().getMetadata().getLabels();
  }

  boolean hasLabels(Map<String, String> wanted) {
    return !wanted.isEmpty() && labels().entrySet().containsAll(wanted.entrySet());
  }

  boolean isSelectedBy(LabelSelector selector) {
    return labels().entrySet().containsAll(selector.getMatchLabels().entrySet())
        && selector.getMatchExpressions().stream().allMatch(this::fits);
  }

  private boolean fits(LabelSelectorRequirement requirement) {
    if (!requirement.getOperator().equals("In")) {
      throw new IllegalArgumentException("not used here: " + requirement.getOperator());
    }
    return requirement.getValues().contains(labels().get(requirement.getKey()));
  }

  /** The number of the container's port of this name or number. */
  Optional<Integer> port(IntOrString wanted) {
    return container().getPorts().stream()
        .filter(
            port ->
                port.getName().equals(wanted.getStrVal())
                    || port.getContainerPort().equals(wanted.getIntVal()))
        .map(ContainerPort::getContainerPort)
        .findFirst();
  }

  /** The number of the container's port of this name. */
  Optional<Integer> port(String name) {
    return port(new IntOrString(name));
  }

  /** The keys that the container takes from Secrets one by one. */
  List<SecretKeySelector> secretKeys() {
    return container().getEnv().stream()
        .map(EnvVar::getValueFrom)
        .filter(source -> source != null && source.getSecretKeyRef() != null)
        .map(EnvVarSource::getSecretKeyRef)
        .toList();
  }

  /** The variables that stand in the manifests themselves. */
  Map<String, String> plainVariables() {
    Map<String, String> variables = new LinkedHashMap<>();
    for (EnvFromSource source : container().getEnvFrom()) {
      if (source.getConfigMapRef() != null) {
        variables.putAll(
            manifests.get(ConfigMap.class, source.getConfigMapRef().getName()).getData());
      }
    }
    for (EnvVar variable : container().getEnv()) {
      if (variable.getValue() != null) {
        variables.put(variable.getName(), variable.getValue());
      }
    }
    return variables;
  }

  /**
   * All variables of the process.
   *
   * @param secrets what the cluster's Secret holds; a key that is not in it is left out
   */
  Map<String, String> variables(Map<String, String> secrets) {
    Map<String, String> variables = new LinkedHashMap<>(plainVariables());
    for (EnvVar variable : container().getEnv()) {
      EnvVarSource source = variable.getValueFrom();
      if (source != null && source.getFieldRef() != null) {
        variables.put(variable.getName(), field(source.getFieldRef().getFieldPath()));
      } else if (source != null && secrets.containsKey(source.getSecretKeyRef().getKey())) {
        variables.put(
            variable.getName(), String.valueOf(secrets.get(source.getSecretKeyRef().getKey())));
      }
    }
    return variables;
  }

  private static String field(String path) {
    if (!path.equals("status.podIP")) {
      throw new IllegalArgumentException("not used here: " + path);
    }
    return POD_IP;
  }
}
