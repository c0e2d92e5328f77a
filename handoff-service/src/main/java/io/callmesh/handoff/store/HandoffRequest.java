package io.callmesh.handoff.store;

import io.callmesh.contracts.security.ApiKey;
import io.callmesh.handoff.access.Reader;
import io.callmesh.runtime.web.Problem;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which handoff an HTTP request is about, and as whom it asks: in the full form as one who opens
 * nothing but the project that the path names.
 */
public record HandoffRequest(HandoffName name, Reader reader) {
  private static final int MAX_NAME = 256;

  /** A reader that sees no more than one project. */
  private record InProject(Reader reader, String account, String project) implements Reader {
    @Override
    public String name() {
      return reader.name();
    }

    @Override
    public boolean opens(String accountSid, String accountId, String projectId) {
      return opensProject(accountId, projectId) && reader.opens(accountSid, accountId, projectId);
    }

    @Override
    public boolean opensProject(String accountId, String projectId) {
      return account.equals(accountId) && project.equals(projectId);
    }

    @Override
    public boolean may(ApiKey.Right right) {
      return reader.may(right);
    }

    @Override
    public Instant until() {
      return reader.until();
    }
  }

  /**
   * Reads an admitted request.
   *
   * @throws Problem 400 without a name, 403 when the path names a project that the reader does not
   *     open, whatever exists there
   */
  public static HandoffRequest of(RoutingContext context) {
    Reader reader = reader(context);
    String sharedId = parameter(context, "shared_id");
    String id = parameter(context, "id");
    if (sharedId != null) {
      return new HandoffRequest(HandoffName.sharedId(sharedId), reader);
    }
    if (id == null) {
      throw Problem.badRequest("id (a conversation id or a CallSid) or shared_id is required");
    }
    return new HandoffRequest(HandoffName.id(id), reader);
  }

  private static Reader reader(RoutingContext context) {
    Reader reader = Reader.of(context);
    String account = context.pathParam("accountId");
    String project = context.pathParam("projectId");
    if (account == null || project == null) {
      return reader;
    }
    if (!reader.opensProject(account, project)) {
      throw Problem.forbidden("these credentials do not open that account and project");
    }
    return new InProject(reader, account, project);
  }

  private static @Nullable String parameter(RoutingContext context, String name) {
    String value = context.request().getParam(name);
    if (value != null && value.length() > MAX_NAME) {
      throw Problem.badRequest(name + " must have at most " + MAX_NAME + " characters");
    }
    return value == null || value.isEmpty() ? null : value;
  }
}
