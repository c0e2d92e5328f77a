package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipAddressTest {
  @ParameterizedTest
  @CsvSource({
    "1234, sip:1234@pbx.example:5061",
    "+1415, sip:+1415@pbx.example:5061",
    "*72#, sip:*72%23@pbx.example:5061",
    "a b@evil, sip:a%20b%40evil@pbx.example:5061",
    "sip:a@b, sip:a@b",
    "SIP:a@b;transport=tls, SIP:a@b;transport=tls",
    "sips:a@b, sips:a@b",
  })
  void leadsWhereARouteLeads(String route, String uri) {
    assertThat(SipAddress.of(route, "pbx.example:5061").with(Map.of()).uri()).isEqualTo(uri);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          plain-._~         | plain-._~
          a b               | a%20b
          +1415             | %2B1415
          []/?:$!*'()       | []/?:$!*'()
          a&b=c;d@e,f#g%h   | a%26b%3Dc%3Bd%40e%2Cf%23g%25h
          "<>\\^{}          | %22%3C%3E%5C%5E%7B%7D
          é€😀              | %C3%A9%E2%82%AC%F0%9F%98%80
          """)
  void encodesValues(String value, String encoded) {
    assertThat(SipAddress.of("sip:a@b", "").with(Map.of("X-A", value)).uri())
        .isEqualTo("sip:a@b?X-A=" + encoded);
  }

  @Test
  void letsNoValueBecomeAHeaderOfItsOwn() {
    assertThat(SipAddress.of("sip:a@b", "").with(Map.of("X-A", "x\r\nRoute: y\u0085z")).uri())
        .isEqualTo("sip:a@b?X-A=x%20%20Route:%20y%20z");
  }

  @Test
  void appendsHeadersInOrder() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("X-B", "1");
    headers.put("x-a", "");
    headers.put("User-to-User", "2");

    assertThat(SipAddress.of("sip:a@b;p=1", "").with(headers))
        .isEqualTo(new SipAddress.Filled("sip:a@b;p=1?X-B=1&x-a=&User-to-User=2", List.of()));
    assertThat(SipAddress.of("sip:a@b?X-C=3", "").with(headers).uri())
        .isEqualTo("sip:a@b?X-C=3&X-B=1&x-a=&User-to-User=2");
  }

  @Test
  void leavesOutWholeHeadersThatDoNotFit() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("X-A", "a".repeat(1_000)); // 1,004 of 1,024 characters
    headers.put("X-B", "é".repeat(20));
    headers.put("X-C", "c".repeat(15)); // 1,024 with what separates them
    headers.put("X-D", "");

    SipAddress.Filled filled = SipAddress.of("1", "h").with(headers);
    assertThat(filled.leftOut()).containsExactly("X-B", "X-D");
    assertThat(filled.uri())
        .isEqualTo("sip:1@h?X-A=" + "a".repeat(1_000) + "&X-C=" + "c".repeat(15))
        .hasSize("sip:1@h?".length() + 1_024);
  }

  @Test
  void countsTheHeadersThatARouteHas() {
    String route = "sip:a@b?X-A=" + "a".repeat(1_014); // 1,018 characters

    assertThat(SipAddress.of(route, "").with(Map.of("X", "123")).leftOut()).isEmpty();
    assertThat(SipAddress.of(route, "").with(Map.of("X", "1234")).leftOut()).containsExactly("X");
  }
}
