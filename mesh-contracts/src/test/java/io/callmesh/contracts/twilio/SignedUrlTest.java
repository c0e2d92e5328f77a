package io.callmesh.contracts.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedUrlTest {

  @Test
  void triesTheConfiguredSpellingFirst() {
    assertThat(SignedUrl.candidates("https://mesh.example.com:8443", "/twilio/voice").get(0))
        .isEqualTo("https://mesh.example.com:8443/twilio/voice");
  }

  @Test
  void triesHttpsWithItsPortWithoutAndWith443() {
    assertThat(SignedUrl.candidates("https://mesh.example.com:8443", "/v?a=1"))
        .containsExactly(
            "https://mesh.example.com:8443/v?a=1",
            "https://mesh.example.com/v?a=1",
            "https://mesh.example.com:443/v?a=1");
  }

  @Test
  void triesHttpWithPort80() {
    assertThat(SignedUrl.candidates("http://mesh.example.com", "/v"))
        .containsExactly("http://mesh.example.com/v", "http://mesh.example.com:80/v");
  }

  @Test
  void triesWebSocketUrlsWithATrailingSlashToo() {
    assertThat(SignedUrl.candidates("wss://bridge.example.com", "/media"))
        .containsExactly(
            "wss://bridge.example.com/media",
            "wss://bridge.example.com/media/",
            "wss://bridge.example.com:443/media",
            "wss://bridge.example.com:443/media/");
  }

  @Test
  void keepsThePathPrefixOfTheBase() {
    assertThat(SignedUrl.candidates("https://mesh.example.com:8443/pre/fix", "/v"))
        .containsExactly(
            "https://mesh.example.com:8443/pre/fix/v",
            "https://mesh.example.com/pre/fix/v",
            "https://mesh.example.com:443/pre/fix/v");
  }

  @Test
  void doesNotTakeTheColonsOfAnIpv6HostForAPort() {
    assertThat(SignedUrl.candidates("https://[2001:db8::1]", "/v"))
        .containsExactly("https://[2001:db8::1]/v", "https://[2001:db8::1]:443/v");
    assertThat(SignedUrl.candidates("https://[2001:db8::1]:8443", "/v"))
        .containsExactly(
            "https://[2001:db8::1]:8443/v",
            "https://[2001:db8::1]/v",
            "https://[2001:db8::1]:443/v");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"})
  void takesEverySpellingOfLoopbackForTheSame(String base) {
    assertThat(SignedUrl.candidates(base, "/v"))
        .contains("http://localhost:8080/v", "http://127.0.0.1:8080/v", "http://[::1]:8080/v");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/twilio/voice?n=%2B1555&x=a%26b&q=it's|%27",
        "/streams/a%2Fb//c;v=1",
        "/twilio/voice?next=https://evil.example.com:8443/",
      })
  void leavesTheTargetAsItCame(String target) {
    assertThat(SignedUrl.candidates("https://mesh.example.com:8443", target))
        .allSatisfy(url -> assertThat(url).endsWith(target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://mesh.example.com",
        "https://mesh.example.com:8443",
        "https://mesh.example.com:8443/prefix",
        "wss://mesh.example.com/prefix",
        "ws://mesh.example.com:8080",
        "http://[2001:db8::1]:8080",
        "https://localhost.example.com",
        "https://127.0.0.1.example.com",
      })
  void neverNamesAnotherHostSchemeOrPath(String base) {
    String scheme = base.substring(0, base.indexOf("://") + 3);
    String authority = base.substring(scheme.length()).replaceFirst("/.*", "");
    String host = authority.replaceFirst(":\\d+$", "");
    String prefix = base.substring(scheme.length() + authority.length());

    List<String> candidates = SignedUrl.candidates(base, "/a/b?c=d");

    assertThat(candidates)
        .allSatisfy(
            url ->
                assertThat(url)
                    .startsWith(scheme + host)
                    .matches(url2 -> rest(url2, scheme + host).matches("(:\\d+)?" + path(prefix))));
  }

  private static String path(String prefix) {
    return prefix + "/a/b\\?c=d/?";
  }

  private static String rest(String url, String start) {
    return url.substring(start.length());
  }

  @Test
  void doesNotRepeatACandidate() {
    assertThat(SignedUrl.candidates("wss://localhost:443", "/m")).doesNotHaveDuplicates();
  }
}
