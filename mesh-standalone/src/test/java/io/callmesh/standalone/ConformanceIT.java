package io.callmesh.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.conformance.Answering;
import io.callmesh.simulator.conformance.CheckInfo;
import io.callmesh.simulator.conformance.CheckResult;
import io.callmesh.simulator.conformance.ConformanceListener;
import io.callmesh.simulator.conformance.ConformanceReport;
import io.callmesh.simulator.conformance.ConformanceSuite;
import io.callmesh.simulator.conformance.InvitedStreams;
import io.callmesh.simulator.conformance.Outcome;
import io.callmesh.simulator.conformance.StreamSource;
import io.callmesh.simulator.conformance.Terms;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.callmesh.simulator.twilio.TwilioSimulator;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our own mesh, held to all that {@code callmesh conformance} holds anybody to. */
class ConformanceIT {
  private static final String NUMBER = "+15550100777";

  private static Vertx vertx;
  private static StandaloneMesh mesh;
  private static JsonObject connector;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    vertx = Vertx.vertx();
    Map<String, String> impatient =
        Map.of(
            "CALLMESH_INGRESS_START_TIMEOUT", "2s",
            "CALLMESH_INGRESS_PING_INTERVAL", "1s");
    mesh = StandaloneMesh.start(Demo.settings().with(impatient), data);
    MeshApi api = new MeshApi(base(), mesh.settings().required(StandaloneSecrets.ADMIN_API_KEY));
    JsonObject body = DemoConnector.body(MarkingEchoAgent.listen(vertx));
    connector = api.createConnector(DemoConnector.PROJECT, body);
    JsonObject led = api.lead(DemoConnector.PROJECT, NUMBER, connector.getString("connectorId"));
    assertThat(led.getString("number")).isEqualTo(NUMBER);
  }

  @AfterAll
  static void stop() throws Exception {
    mesh.close();
    vertx.close().await(10, SECONDS);
  }

  private static URI base() {
    return URI.create("http://127.0.0.1:" + mesh.port());
  }

  private static TwilioAccount account() {
    return StandaloneSecrets.twilioAccount(mesh.settings());
  }

  private static ConformanceReport run(StreamSource source, Predicate<CheckInfo> wanted)
      throws Exception {
    Terms terms =
        new Terms(
            account().accountSid(),
            account().authToken(),
            Answering.ECHO,
            new short[8_000],
            "*",
            Duration.ofSeconds(8),
            Duration.ofSeconds(1),
            false,
            12);
    return new ConformanceSuite(source, terms, wanted).run(NOBODY);
  }

  private static final ConformanceListener NOBODY =
      new ConformanceListener() {
        @Override
        public void onRehearsed(Answering answering, int checks) {}

        @Override
        public void onResult(CheckResult result) {}
      };

  private static Map<String, String> with(ConformanceReport report, Outcome outcome) {
    return report.results().stream()
        .filter(result -> result.outcome() == outcome)
        .collect(Collectors.toMap(result -> result.check().id(), CheckResult::sentence));
  }

  @Test
  void streamsOfCallsPassEverything() throws Exception {
    TwilioSimulator twilio = new TwilioSimulator(vertx, base(), account());
    StreamSource calls =
        new InvitedStreams(twilio, "/twilio/voice", "+15550100001", NUMBER, Map.of());

    ConformanceReport report = run(calls, check -> true);

    assertThat(with(report, Outcome.FAILED)).isEmpty();
    // The TwiML of our own calls has parameters.
    assertThat(with(report, Outcome.SKIPPED)).containsOnlyKeys("no-parameters", "empty-parameters");
    assertThat(with(report, Outcome.NOT_APPLICABLE)).containsOnlyKeys("query-dropped");
  }

  @Test
  void streamsWithAConnectorTokenPassWhatDiffers() throws Exception {
    String url = "ws://127.0.0.1:" + mesh.port() + "/streams";
    Map<String, String> token = Map.of("connectorToken", connector.getString("connectorToken"));
    StreamSource constant = StreamSource.at(URI.create(url), url + "?lost=1", token);

    ConformanceReport report =
        run(constant, check -> check.section().name().matches("HANDSHAKE|LOAD|ENDING"));

    assertThat(with(report, Outcome.FAILED)).isEmpty();
    assertThat(with(report, Outcome.SKIPPED)).isEmpty();
  }
}
