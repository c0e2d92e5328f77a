package io.callmesh.runtime.security;

import io.callmesh.contracts.security.Secret;
import io.callmesh.contracts.security.TicketSeal;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.util.List;
import java.util.stream.Stream;

/** Reads {@code CALLMESH_TICKET_SECRET}, which routing-service and stream-ingress share. */
public final class TicketSecrets {
  private static final String VARIABLE = "CALLMESH_TICKET_SECRET";

  private TicketSecrets() {}

  /** The secrets; the first signs, all open. */
  public static List<Secret> from(Settings settings) {
    List<Secret> secrets =
        Stream.of(settings.required(VARIABLE).split(","))
            .map(String::strip)
            .map(Secret::new)
            .toList();
    if (secrets.isEmpty() || secrets.stream().anyMatch(TicketSecrets::isShort)) {
      throw new ConfigException(
          VARIABLE + " must have at least " + TicketSeal.MIN_SECRET_LENGTH + " characters");
    }
    return secrets;
  }

  private static boolean isShort(Secret secret) {
    return secret.reveal().length() < TicketSeal.MIN_SECRET_LENGTH;
  }
}
