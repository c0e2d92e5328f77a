package io.callmesh.contracts.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TicketSealTest {

  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  private static final Secret FIRST = new Secret("first-secret-0123456789");
  private static final Secret SECOND = new Secret("second-secret-0123456789");
  private static final String SYMBOLS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

  private final TicketSeal seal = seal(NOW, FIRST);

  @Test
  void opensWhatItSealed() {
    assertThat(seal.open(seal.seal(ticket()))).contains(ticket());
  }

  @Test
  void makesASafePathSegment() {
    assertThat(seal.seal(ticket())).matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
  }

  @Test
  void refusesATicketWithAnyCharacterChanged() {
    String sealed = seal.seal(ticket());
    for (int at = 0; at < sealed.length(); at++) {
      for (int symbol = 0; symbol < SYMBOLS.length(); symbol++) {
        char other = SYMBOLS.charAt(symbol);
        if (other != sealed.charAt(at)) {
          String forged = sealed.substring(0, at) + other + sealed.substring(at + 1);
          assertThat(seal.open(forged)).as("%c at %d", other, at).isEmpty();
        }
      }
    }
  }

  @Test
  void refusesATicketThatWasCutOrExtended() {
    String sealed = seal.seal(ticket());
    for (int end = 0; end < sealed.length(); end++) {
      assertThat(seal.open(sealed.substring(0, end))).isEmpty();
    }
    assertThat(seal.open(sealed + "=")).isEmpty();
    assertThat(seal.open(sealed + "A")).isEmpty();
  }

  @Test
  void refusesATicketOfAnotherSecret() {
    assertThat(seal.open(seal(NOW, SECOND).seal(ticket()))).isEmpty();
  }

  @Test
  void opensTicketsOfEverySecretAndSignsWithTheFirst() {
    TicketSeal rotated = seal(NOW, SECOND, FIRST);

    assertThat(rotated.open(seal.seal(ticket()))).contains(ticket());
    assertThat(seal(NOW, SECOND).open(rotated.seal(ticket()))).contains(ticket());
  }

  @Test
  void refusesATicketFromTheInstantItExpires() {
    String sealed = seal.seal(ticket());
    Instant expiry = ticket().expiresAt();

    assertThat(seal(expiry.minusMillis(1), FIRST).open(sealed)).isPresent();
    assertThat(seal(expiry, FIRST).open(sealed)).isEmpty();
    assertThat(seal(expiry.plusSeconds(1), FIRST).open(sealed)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "a.", ".a", "a.b", "a.b.c", "\u00e4.\u4e2d", "%2e.%2e", "[].AAAA"})
  void refusesGarbageWithoutThrowing(String garbage) {
    assertThat(seal.open(garbage)).isEmpty();
  }

  @Test
  void refusesOversizedAndRandomInputWithoutThrowing() {
    assertThat(seal.open("A".repeat(1_000_000) + ".A")).isEmpty();
    Random random = new Random(7);
    for (int round = 0; round < 500; round++) {
      StringBuilder garbage = new StringBuilder();
      random
          .ints(random.nextInt(200), 0, Character.MAX_CODE_POINT)
          .forEach(garbage::appendCodePoint);
      garbage.insert(random.nextInt(garbage.length() + 1), '.');
      assertThat(seal.open(garbage.toString())).isEmpty();
    }
  }

  @Test
  void refusesShortSecretsAndNone() {
    assertThatThrownBy(() -> seal(NOW)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> seal(NOW, FIRST, new Secret("short")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16")
        .hasMessageNotContaining("short");
  }

  private static TicketSeal seal(Instant now, Secret... secrets) {
    return new TicketSeal(List.of(secrets), Clock.fixed(now, ZoneOffset.UTC));
  }

  private static Ticket ticket() {
    return new Ticket("n-1", "CA1", "AC1", "conv-1", "conn-1", true, NOW.plusSeconds(30));
  }
}
