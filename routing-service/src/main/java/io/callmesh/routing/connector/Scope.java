package io.callmesh.routing.connector;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.PhoneNumber;
import io.callmesh.contracts.security.ApiKey;
import io.callmesh.runtime.security.ApiKeys;
import io.callmesh.runtime.web.Problem;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request may see and change: what a key may not see does not exist for it.
 *
 * @param key the request's
 * @param project the one in its path
 */
public record Scope(ApiKey key, String project) {
  private static final int MAX_TEXT = 256;

  /** The scope of a request that has been let in. */
  public static Scope of(RoutingContext context) {
    String project = context.pathParam("agentId");
    if (project.length() > MAX_TEXT) {
      throw new Problem(422, "agentId must have at most " + MAX_TEXT + " characters");
    }
    return new Scope(ApiKeys.of(context), project);
  }

  /** Whether this connector is here. */
  public boolean sees(Connector connector) {
    return sees(connector.accountId(), connector.projectId());
  }

  /** Whether this number is here. */
  public boolean sees(PhoneNumber number) {
    return sees(number.accountId(), number.projectId());
  }

  private boolean sees(String account, String itsProject) {
    return itsProject.equals(project) && key.opens(account, itsProject);
  }

  /** The connector that was found, when it is here; otherwise a 404. */
  public Connector must(Optional<Connector> found, String connectorId) {
    return found
        .filter(this::sees)
        .orElseThrow(() -> Problem.notFound("no connector " + connectorId + " in this project"));
  }

  /** The number that was found, when it is here; otherwise a 404. */
  public PhoneNumber mustHave(Optional<PhoneNumber> found, String number) {
    return found
        .filter(this::sees)
        .orElseThrow(
            () -> Problem.notFound("no number " + number + " in this project; import it first"));
  }

  /** The account of something new: the one that was named, or else the key's. */
  public String account(@Nullable String named) {
    String own = key.accountId() == null ? "" : key.accountId();
    return named == null ? own : named;
  }

  /** Refuses with 403 what the key does not open. */
  public void mustOpen(String account, String itsProject) {
    if (!key.opens(account, itsProject)) {
      throw Problem.forbidden("this key is for another account or project");
    }
  }
}
