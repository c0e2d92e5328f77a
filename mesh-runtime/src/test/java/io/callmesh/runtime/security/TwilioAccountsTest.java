package io.callmesh.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwilioAccountsTest {
  @Test
  void readsAccountsWithTheirTokens() {
    TwilioAccounts accounts =
        accounts(
            """
            [{"accountSid": "AC1", "authTokens": ["one", "two"]},
             {"accountSid": "AC2", "authTokens": ["three"], "note": "ignored"}]""");

    assertThat(accounts.accountSids()).containsExactlyInAnyOrder("AC1", "AC2");
    assertThat(accounts.tokensOf("AC1")).containsExactly(new Secret("one"), new Secret("two"));
    assertThat(accounts.tokensOf("AC3")).isEmpty();
    assertThat(accounts.isEmpty()).isFalse();
  }

  @Test
  void opensTheRestApiWithTheFirstTokenOrAnApiKey() {
    TwilioAccounts accounts =
        accounts(
            """
            [{"accountSid": "AC1", "authTokens": ["one", "two"]},
             {"accountSid": "AC2", "authTokens": ["three"], "region": "ie1", "edge": "dublin",
              "apiKey": {"sid": "SK2", "secret": "four"}}]""");

    assertThat(accounts.restAccessTo("AC1"))
        .contains(new TwilioRestAccess("AC1", new Secret("one"), "https://api.twilio.com"));
    assertThat(accounts.restAccessTo("AC2"))
        .contains(
            new TwilioRestAccess("SK2", new Secret("four"), "https://api.dublin.ie1.twilio.com"));
    assertThat(accounts.restAccessTo("AC3")).isEmpty();
  }

  @Test
  void hasNoneWhenNoneAreGiven() {
    assertThat(TwilioAccounts.from(Settings.load(Map.of())).isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tokenvalue",
        "{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\"]}",
        "[\"tokenvalue\"]",
        "[null]",
        "null",
        "[{\"accountSid\":\"AC1\",\"authTokens\":\"tokenvalue\"}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[]}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\",7]}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\",null]}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\",\"\"]}]",
        "[{\"accountSid\":\"AC1\"}]",
        "[{\"accountSid\":\" \",\"authTokens\":[\"tokenvalue\"]}]",
        "[{\"accountSid\":1,\"authTokens\":[\"tokenvalue\"]}]",
        "[{\"authTokens\":[\"tokenvalue\"]}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\"]}",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\"]},"
            + "{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\"]}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"t\"],\"apiKey\":\"tokenvalue\"}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"t\"],\"apiKey\":{\"sid\":\"SK1\"}}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"t\"],\"apiKey\":{\"secret\":\"tokenvalue\"}}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"t\"],"
            + "\"apiKey\":{\"sid\":\"AC1\",\"secret\":\"tokenvalue\"}}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\"],\"region\":\"ie1\"}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\"],\"edge\":\"dublin\"}]",
        "[{\"accountSid\":\"AC1\",\"authTokens\":[\"tokenvalue\"],"
            + "\"region\":\"ie1\",\"edge\":\"evil.example/\"}]",
      })
  void saysTheFormInOneSentenceWithoutTheTokens(String json) {
    assertThatThrownBy(() -> accounts(json))
        .isInstanceOf(ConfigException.class)
        .hasNoCause()
        .hasMessageStartingWith("CALLMESH_TWILIO_ACCOUNTS must be JSON like [{")
        .hasMessageNotContaining("tokenvalue");
  }

  @Test
  void doesNotPrintTokens() {
    TwilioAccounts accounts = new TwilioAccounts(Map.of("AC1", List.of(new Secret("hidden"))));

    assertThat(accounts.tokensOf("AC1")).hasToString("[[redacted]]");
    assertThat(accounts.restAccessTo("AC1").toString()).doesNotContain("hidden");
  }

  @Test
  void knowsWhoseConnectorsAnAccountReaches() {
    TwilioAccounts accounts =
        accounts(
            "[{\"accountSid\":\"AC1\",\"authTokens\":[\"a\"],\"accountId\":\"acme\"},"
                + "{\"accountSid\":\"AC2\",\"authTokens\":[\"b\"]}]");

    assertThat(accounts.ownerOf("AC1")).contains("acme");
    assertThat(accounts.ownerOf("AC2")).isEmpty();
  }

  private static TwilioAccounts accounts(String json) {
    return TwilioAccounts.from(Settings.load(Map.of("CALLMESH_TWILIO_ACCOUNTS", json)));
  }
}
