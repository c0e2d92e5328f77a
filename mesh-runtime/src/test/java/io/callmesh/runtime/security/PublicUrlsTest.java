package io.callmesh.runtime.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.runtime.config.ConfigException;
import io.callmesh.runtime.config.Settings;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicUrlsTest {
  @ParameterizedTest
  @CsvSource({
    "https://mesh.example,,https://mesh.example,wss://mesh.example",
    "https://mesh.example/,,https://mesh.example,wss://mesh.example",
    "http://localhost:8080,,http://localhost:8080,ws://localhost:8080",
    "https://mesh.example:8443/voice/,,https://mesh.example:8443/voice,wss://mesh.example:8443/voice",
    "https://mesh.example,wss://media.example/,https://mesh.example,wss://media.example",
  })
  void readsBoth(String web, @Nullable String streams, String expectedWeb, String expectedStreams) {
    assertThat(urls(web, streams)).isEqualTo(new PublicUrls(expectedWeb, expectedStreams));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mesh.example",
        "wss://mesh.example",
        "https://",
        "https:///path",
        "https://mesh.example?x=1",
        "https://mesh.example#top",
        "https://mesh example",
        "ftp://mesh.example"
      })
  void saysWhatAWebUrlIsLike(String url) {
    assertThatThrownBy(() -> urls(url, null))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "CALLMESH_PUBLIC_URL must be like https://host[:port][/prefix], was '" + url + "'");
  }

  @Test
  void saysWhatAStreamUrlIsLike() {
    assertThatThrownBy(() -> urls("https://mesh.example", "https://mesh.example"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "CALLMESH_STREAM_URL must be like wss://host[:port][/prefix],"
                + " was 'https://mesh.example'");
  }

  @Test
  void doesNotPrintAPassword() {
    assertThatThrownBy(() -> urls("https://user:s3cr@et@mesh.example", null))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("https://***@mesh.example")
        .hasMessageNotContaining("s3cr");
  }

  private static PublicUrls urls(String web, @Nullable String streams) {
    Map<String, String> environment = new HashMap<>(Map.of("CALLMESH_PUBLIC_URL", web));
    if (streams != null) {
      environment.put("CALLMESH_STREAM_URL", streams);
    }
    return PublicUrls.from(Settings.load(environment));
  }
}
