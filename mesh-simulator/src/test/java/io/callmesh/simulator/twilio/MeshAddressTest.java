package io.callmesh.simulator.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.simulator.twilio.MeshAddress.Route;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeshAddressTest {
  private static final URI LOCAL = URI.create("http://localhost:8080");

  private final MeshAddress direct = new MeshAddress(LOCAL, LOCAL);
  private final MeshAddress tunnelled =
      new MeshAddress(URI.create("http://localhost:8080/in"), URI.create("https://mesh.test/out/"));

  @Test
  void signsWhatItConnectsTo() {
    assertThat(direct.webhook(direct.voice("/twilio/voice?a=%2B1")))
        .isEqualTo(
            new Route(
                "http://localhost:8080/twilio/voice?a=%2B1",
                "localhost", 8080, false, "/twilio/voice?a=%2B1"));
  }

  @Test
  void connectsToBaseAndSignsPublicUrlBehindTunnel() {
    assertThat(tunnelled.webhook(tunnelled.voice("/twilio/voice")))
        .isEqualTo(
            new Route(
                "https://mesh.test/out/twilio/voice",
                "localhost",
                8080,
                false,
                "/in/twilio/voice"));
    assertThat(tunnelled.stream(URI.create("wss://mesh.test/out/streams/t")))
        .isEqualTo(
            new Route("wss://mesh.test/out/streams/t", "localhost", 8080, false, "/in/streams/t"));
  }

  @Test
  void goesElsewhereAsWritten() {
    assertThat(tunnelled.stream(URI.create("wss://other.test:8443/s")))
        .isEqualTo(new Route("wss://other.test:8443/s", "other.test", 8443, true, "/s"));
  }

  @Test
  void dropsPortOfHttpsWebhookWhenSigning() {
    Route route = direct.webhook(URI.create("https://mesh.test:8443/v"));

    assertThat(route.signed()).isEqualTo("https://mesh.test/v");
    assertThat(route.port()).isEqualTo(8443);
  }

  @Test
  void dropsQueryOfStream() {
    assertThat(direct.stream(URI.create("ws://localhost:8080/s?token=1")).signed())
        .isEqualTo("ws://localhost:8080/s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8080", "ftp://a", "http:///a", "http://a/?b=c", "mesh"})
  void refusesWhatIsNoBaseUrl(String url) {
    assertThatThrownBy(() -> new MeshAddress(URI.create(url), LOCAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(url);
  }
}
