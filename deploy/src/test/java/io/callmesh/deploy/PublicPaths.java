package io.callmesh.deploy;

import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where an Ingress sends a path: whole segments, and of the prefixes that fit the longest. */
record PublicPaths(Ingress ingress) {
  /** The public surface of the mesh by the service that answers, paths that are yet to come too. */
  static final Map<String, List<String>> SURFACE =
      Map.of(
          "routing-service",
          List.of(
              "/twilio/voice",
              "/twilio/connectors/CN1/voice",
              "/twilio/connectors/CN1/fallback",
              "/twilio/connect-action",
              "/twilio/dial-action",
              "/twilio/enqueue-action",
              "/twilio/refer-action",
              "/twilio/enqueue-wait",
              "/twilio/transfer",
              "/twilio/fallback",
              "/twilio/stream-status",
              "/twilio/call-status",
              "/v1/agents/shop/telephony/connectors",
              "/v1/agents/shop/telephony/connectors/CN1",
              "/v1/agents/shop/telephony/phone-numbers",
              "/v1/agents/shop/telephony/phone-numbers/+15005550006",
              "/v1/api-keys",
              "/v1/calls/CA1/transfer",
              "/v1/calls/CA1/hangup",
              "/v1/calls/CA1/events",
              "/v1/openapi.json",
              "/v1/openapi.yaml"),
          "stream-ingress",
          List.of("/streams", "/streams/aTicket"),
          "handoff-service",
          List.of(
              "/v1/handoff_state",
              "/v1/handoff_state/receipts",
              "/v1/handoff_state/live",
              "/v1/acme/shop/handoff_state",
              "/v1/acme/shop/handoff_state/receipts",
              "/v1/acme/shop/handoff_state/live"));

  List<HTTPIngressPath> all() {
    List<HTTPIngressPath> paths = new ArrayList<>();
    ingress.getSpec().getRules().forEach(rule -> paths.addAll(rule.getHttp().getPaths()));
    return paths;
  }

  /** The service that a request for this path reaches. */
  Optional<String> backend(String path) {
    return all().stream()
        .filter(rule -> fits(rule, path))
        .max(Comparator.comparingInt(rule -> segments(rule.getPath()).size()))
        .map(rule -> rule.getBackend().getService().getName());
  }

  private static boolean fits(HTTPIngressPath rule, String path) {
    if (!rule.getPathType().equals("Prefix")) {
      throw new IllegalArgumentException("not used here: " + rule.getPathType());
    }
    List<String> prefix = segments(rule.getPath());
    List<String> wanted = segments(path);
    return wanted.size() >= prefix.size() && wanted.subList(0, prefix.size()).equals(prefix);
  }

  private static List<String> segments(String path) {
    return Arrays.stream(path.split("/")).filter(segment -> !segment.isEmpty()).toList();
  }

  /** A path that a router's pattern matches. */
  static String example(String route) {
    return route.replaceAll(":\\w+", "something");
  }
}
