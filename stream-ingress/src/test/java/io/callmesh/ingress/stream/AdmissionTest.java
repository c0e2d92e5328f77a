package io.callmesh.ingress.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Connector.PreviousToken;
import io.callmesh.contracts.security.IssuedSecret;
import io.callmesh.contracts.security.Ticket;
import io.callmesh.ingress.stream.Admission.Admitted;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionTest {

  private static final Ticket TICKET =
      new Ticket("n", "CA1", "AC1", "conv-1", "conn-1", true, Instant.EPOCH);
  private static final IssuedSecret TOKEN =
      IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, "conn-1");

  private static final IssuedSecret OLD_TOKEN =
      IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, "conn-1");
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

  @Test
  void aTicketAdmitsItsCallWithWhatItSays() {
    assertThat(check(new Admission.ByTicket(TICKET), start("CA1", "AC1", Map.of("own", "x"))))
        .contains(new Admitted("conv-1", "conn-1", true, Map.of("own", "x")));
  }

  @Test
  void aTicketAdmitsNoOtherCallOrAccount() {
    Admission admission = new Admission.ByTicket(TICKET);

    assertThat(check(admission, start("CA2", "AC1", Map.of()))).isEmpty();
    assertThat(check(admission, start("CA1", "AC2", Map.of()))).isEmpty();
  }

  @Test
  void aTokenAdmitsToItsConnectorAndIsTakenOut() {
    Map<String, String> parameters = Map.of("connectorToken", TOKEN.text().reveal(), "own", "x");

    assertThat(check(byToken(), start("CA1", "AC1", parameters)))
        .hasValueSatisfying(
            admitted -> {
              assertThat(admitted.connectorId()).isEqualTo("conn-1");
              assertThat(admitted.conversationId()).startsWith("conv-");
              assertThat(admitted.resume()).isFalse();
              assertThat(admitted.parameters()).isEqualTo(Map.of("own", "x"));
            });
  }

  @Test
  void aTokenThatIsMissingWrongOrOfNoConnectorAdmitsNothing() {
    String other = IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, "conn-2").text().reveal();
    String forged = TOKEN.text().reveal().replaceAll(".$", "x");

    assertThat(check(byToken(), start("CA1", "AC1", Map.of()))).isEmpty();
    for (String token : List.of("", "null", "garbage", other, forged)) {
      assertThat(check(byToken(), start("CA1", "AC1", Map.of("connectorToken", token)))).isEmpty();
    }
  }

  @Test
  void aTokenAdmitsNoCallOfAnotherAccountThanSigned() {
    Map<String, String> parameters = Map.of("connectorToken", TOKEN.text().reveal());

    assertThat(check(byToken(), start("CA1", "AC2", parameters))).isEmpty();
  }

  @Test
  void aReplacedTokenAdmitsUntilItsTimeIsOver() {
    Connector rotated = connector(new PreviousToken(OLD_TOKEN.hash(), NOW));
    TwilioMessage.Start withOld = withToken(OLD_TOKEN);

    assertThat(check(byToken(rotated, NOW.minusMillis(1)), withOld)).isPresent();
    assertThat(check(byToken(rotated, NOW), withOld)).isEmpty();
    assertThat(check(byToken(rotated, NOW.plusSeconds(1)), withOld)).isEmpty();
    assertThat(check(byToken(connector(null), NOW.minusMillis(1)), withOld)).isEmpty();
  }

  @Test
  void theNewTokenAdmitsBesideTheReplacedOneAndAfterIt() {
    Connector rotated = connector(new PreviousToken(OLD_TOKEN.hash(), NOW));

    assertThat(check(byToken(rotated, NOW.minusMillis(1)), withToken(TOKEN))).isPresent();
    assertThat(check(byToken(rotated, NOW.plusSeconds(1)), withToken(TOKEN))).isPresent();
  }

  private static TwilioMessage.Start withToken(IssuedSecret token) {
    return start("CA1", "AC1", Map.of("connectorToken", token.text().reveal()));
  }

  @Test
  void failsWhenTheTableCannotBeAsked() {
    Admission admission =
        new Admission.ByToken(
            "AC1", id -> Future.failedFuture(new IllegalStateException("no table")), () -> NOW);

    assertThat(
            admission
                .check(start("CA1", "AC1", Map.of("connectorToken", TOKEN.text().reveal())))
                .failed())
        .isTrue();
  }

  private static Optional<Admitted> check(Admission admission, TwilioMessage.Start start) {
    return admission.check(start).result();
  }

  private static Admission byToken() {
    return byToken(connector(null), NOW);
  }

  private static Admission byToken(Connector connector, Instant now) {
    return new Admission.ByToken(
        "AC1",
        id ->
            Future.succeededFuture(id.equals("conn-1") ? Optional.of(connector) : Optional.empty()),
        () -> now);
  }

  private static Connector connector(@Nullable PreviousToken previous) {
    return new Connector(
        "conn-1",
        "",
        "acc",
        "proj",
        "live",
        "",
        "",
        "",
        "",
        false,
        null,
        List.of(),
        null,
        null,
        null,
        null,
        Set.of(),
        null,
        TOKEN.hash(),
        previous,
        Instant.EPOCH);
  }

  private static TwilioMessage.Start start(
      String callSid, String accountSid, Map<String, String> parameters) {
    return new TwilioMessage.Start(
        "MZ1", callSid, accountSid, "audio/x-mulaw", 8_000, new HashMap<>(parameters));
  }
}
