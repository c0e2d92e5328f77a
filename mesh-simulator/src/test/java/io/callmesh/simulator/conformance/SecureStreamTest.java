package io.callmesh.simulator.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecureStreamTest {
  private static final String PASSWORD = "changeit";

  private static final ConformanceListener NOBODY =
      new ConformanceListener() {
        @Override
        public void onRehearsed(Answering answering, int checks) {}

        @Override
        public void onResult(CheckResult result) {}
      };

  @TempDir Path folder;

  private Path certificate() throws Exception {
    Path file = folder.resolve("server.p12");
    List<String> keytool =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keyalg",
            "EC",
            "-alias",
            "server",
            "-dname",
            "CN=localhost",
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-keystore",
            file.toString());
    Process made = new ProcessBuilder(keytool).redirectErrorStream(true).start();
    assertThat(made.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return file;
  }

  private static ConformanceReport run(String url, boolean insecure) throws Exception {
    Terms terms =
        new Terms(
            "AC0",
            null,
            null,
            new short[0],
            "*",
            Duration.ofSeconds(1),
            Duration.ZERO,
            insecure,
            4);
    StreamSource source = StreamSource.at(URI.create(url), url, Map.of());
    List<String> wanted = List.of("handshake", "ping", "reset", "half-frame");
    return new ConformanceSuite(source, terms, check -> wanted.contains(check.id())).run(NOBODY);
  }

  @Test
  void certificateIsCheckedUnlessAnyWillDo() throws Exception {
    PfxOptions own = new PfxOptions().setPath(certificate().toString()).setPassword(PASSWORD);
    Vertx vertx = Vertx.vertx();
    try {
      HttpServer server =
          vertx
              .createHttpServer(new HttpServerOptions().setSsl(true).setKeyCertOptions(own))
              .webSocketHandler(socket -> socket.exceptionHandler(failure -> {}))
              .listen(0, "127.0.0.1")
              .await(10, TimeUnit.SECONDS);
      String url = "wss://127.0.0.1:" + server.actualPort() + "/media";

      assertThat(run(url, true).counts()).containsExactly(Map.entry(Outcome.PASSED, 4L));
      assertThatThrownBy(() -> run(url, false))
          .isInstanceOf(UnreachableException.class)
          .hasMessageContaining("--insecure");
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }
}
