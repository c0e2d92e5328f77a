package io.callmesh.contracts.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets, issued secrets, API keys and what of a number may be shown. */
class SecretsTest {

  private static final Instant CREATED = Instant.parse("2026-11-23T10:00:00Z");

  private record Holder(String name, Secret secret) {}

  @Test
  void secretDoesNotPrintItself() {
    Secret secret = new Secret("hunter2hunter2");

    assertThat(secret).hasToString("[redacted]");
    assertThat(new Holder("x", secret).toString()).doesNotContain("hunter2");
    assertThat(List.of(secret).toString() + Map.of("k", secret) + Optional.of(secret))
        .doesNotContain("hunter2");
  }

  @Test
  void secretMatchesItselfOnly() {
    Secret secret = new Secret("s\u00e9cret");

    assertThat(secret.matches("s\u00e9cret")).isTrue();
    assertThat(secret.matches("secret")).isFalse();
    assertThat(secret.matches("")).isFalse();
    assertThat(secret)
        .isEqualTo(new Secret("s\u00e9cret"))
        .hasSameHashCodeAs(new Secret("s\u00e9cret"))
        .isNotEqualTo(new Secret("other"))
        .isNotEqualTo("s\u00e9cret");
  }

  @Test
  void issuedSecretHasItsFormAndDoesNotPrintItself() {
    IssuedSecret issued = IssuedSecret.issue(IssuedSecret.CONNECTOR_TOKEN, "conn-1");

    assertThat(issued.text().reveal()).matches("cmt\\.conn-1\\.[0-9a-f]{64}");
    assertThat(issued.toString()).contains("conn-1", "[redacted]").doesNotContain("cmt.");
    assertThat(issued.hash()).matches("[0-9a-f]{64}");
    assertThat(issued.text().reveal()).doesNotContain(issued.hash());
  }

  @Test
  void issuedSecretIsFoundByItsIdAndMatchesItsHash() {
    IssuedSecret issued = IssuedSecret.issue(IssuedSecret.API_KEY, "key-1");
    String presented = issued.text().reveal();

    assertThat(IssuedSecret.claimedId(IssuedSecret.API_KEY, presented)).contains("key-1");
    assertThat(IssuedSecret.claimedId(IssuedSecret.CONNECTOR_TOKEN, presented)).isEmpty();
    assertThat(IssuedSecret.matches(issued.hash(), presented)).isTrue();
    assertThat(IssuedSecret.matches(issued.hash(), presented + "0")).isFalse();
    assertThat(IssuedSecret.matches("", presented)).isFalse();
    assertThat(IssuedSecret.issue(IssuedSecret.API_KEY, "key-1")).isNotEqualTo(issued);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "cmk", "cmk.", "cmk..", "cmk.id", "cmt.id.00", "cmkid.00", "\u4e2d.a.b"})
  void claimsNoIdInAnotherForm(String presented) {
    assertThat(IssuedSecret.claimedId(IssuedSecret.API_KEY, presented)).isEmpty();
  }

  @Test
  void claimsNoIdInOversizedInput() {
    assertThat(IssuedSecret.claimedId(IssuedSecret.API_KEY, "cmk.id." + "0".repeat(200))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "+14158675309, +14******309",
    "+123456789, +12****789",
    "+12345678, +12***678",
    "+1234567, ***",
    "911, ***",
    "'', ***",
    "anonymous, ano***ous",
    "sip:alice@example.com, sip:***",
    "client:bob, client:***",
  })
  void masksNumbers(String number, String masked) {
    assertThat(Masked.number(number)).isEqualTo(masked);
  }

  @Test
  void hidesReasonsThatAPersonMayHaveSaid() {
    assertThat(Masked.reason("needs_human")).isEqualTo("needs_human");
    assertThat(Masked.reason("my card is 4111")).isEqualTo("***");
    assertThat(Masked.reason("x".repeat(65))).isEqualTo("***");
    assertThat(Masked.reason(null)).isEqualTo(Masked.reason("")).isEqualTo("no reason");
  }

  @Test
  void keyOfAProjectOpensThatProjectOnly() {
    ApiKey key = key("acc", "proj");

    assertThat(key.opens("acc", "proj")).isTrue();
    assertThat(key.opens("acc", "other")).isFalse();
    assertThat(key.opens("other", "proj")).isFalse();
    assertThat(key.opensEverything()).isFalse();
  }

  @Test
  void keyOfAnAccountOpensAllItsProjects() {
    ApiKey key = key("acc", null);

    assertThat(key.opens("acc", "proj")).isTrue();
    assertThat(key.opens("other", "proj")).isFalse();
    assertThat(key.opensEverything()).isFalse();
  }

  @Test
  void keyWithoutScopeOpensEverything() {
    assertThat(key(null, null).opens("any", "thing")).isTrue();
    assertThat(key(null, null).opensEverything()).isTrue();
    assertThat(key(null, "proj").opensEverything()).isFalse();
  }

  @Test
  void keyComesBackFromItsJson() {
    for (ApiKey key : List.of(key("acc", "proj"), key("acc", null), key(null, null))) {
      assertThat(ApiKey.fromJson(key.toJson().copy().put("newer", 1))).isEqualTo(key);
    }
  }

  @Test
  void keyFromBeforeThereWereRightsHasNoneThatMustBeNamed() {
    JsonObject stored = key("acc", null).toJson();
    stored.remove("rights");

    assertThat(ApiKey.fromJson(stored).rights())
        .containsExactlyInAnyOrder(
            ApiKey.Right.PROVISION, ApiKey.Right.HANDOFF_READ, ApiKey.Right.CALLS_CONTROL);
  }

  private static ApiKey key(@Nullable String account, @Nullable String project) {
    return new ApiKey("key-1", "n", "00", account, project, ApiKey.ALL_RIGHTS, CREATED);
  }
}
