package io.callmesh.simulator.conformance;

import java.util.List;
import java.util.stream.Stream;

/** All checks, in the order of a report. */
final class Catalogue {
  static final List<Check> CHECKS =
      Stream.of(
              HandshakeChecks.ALL,
              MessageChecks.ALL,
              PlaybackChecks.ALL,
              InputChecks.ALL,
              WebSocketChecks.ALL,
              EndingChecks.ALL,
              LoadChecks.ALL)
          .flatMap(List::stream)
          .toList();

  private Catalogue() {}
}
