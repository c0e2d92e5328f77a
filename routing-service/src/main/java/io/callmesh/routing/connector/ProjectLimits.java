package io.callmesh.routing.connector;

import io.callmesh.runtime.web.Problem;

/**
 * How much an account has in a project at most, so that no script fills the tables of everybody.
 */
public final class ProjectLimits {
  private static final int CONNECTORS = 1_000;
  private static final int NUMBERS = 50_000;

  private ProjectLimits() {}

  /** Refuses with 409 what makes too many connectors of those that are there. */
  public static void mustTakeConnectors(int there, int more) {
    must(there, more, CONNECTORS, "connectors");
  }

  /** Refuses with 409 what makes too many numbers of those that are there. */
  public static void mustTakeNumbers(int there, int more) {
    must(there, more, NUMBERS, "phone numbers");
  }

  private static void must(int there, int more, int most, String what) {
    if (more > 0 && there + more > most) {
      throw Problem.conflict(
          "an account has at most %d %s in a project, this would be %d; delete some or use another project"
              .formatted(most, what, there + more));
    }
  }
}
