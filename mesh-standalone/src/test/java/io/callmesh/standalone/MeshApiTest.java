package io.callmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeshApiTest {
  @ParameterizedTest
  @CsvSource({
    "http://localhost:8080, http://localhost:8080/v1/x?a=b",
    "http://localhost:8080/, http://localhost:8080/v1/x?a=b",
    "https://example.com/mesh, https://example.com/mesh/v1/x?a=b",
    "https://example.com/mesh/, https://example.com/mesh/v1/x?a=b",
  })
  void keepsThePathOfItsUrl(String base, String expected) {
    assertThat(new MeshApi(URI.create(base), "key").uri("/v1/x?a=b")).hasToString(expected);
  }

  @Test
  void encodesASpaceAsAPathHasIt() {
    assertThat(MeshApi.encode("my project+/ü")).isEqualTo("my%20project%2B%2F%C3%BC");
  }
}
