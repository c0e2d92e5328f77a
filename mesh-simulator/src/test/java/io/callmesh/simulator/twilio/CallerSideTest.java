package io.callmesh.simulator.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callmesh.contracts.security.Secret;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who calls, what their webhooks carry, and how often those are sent. */
class CallerSideTest {
  private static final TwilioAccount ACCOUNT =
      new TwilioAccount("AC" + "0".repeat(32), new Secret(FakeMesh.TOKEN));
  private static final FakeMesh.Answer BROKEN = new FakeMesh.Answer(503, "text/plain", "later");

  private final Vertx vertx = Vertx.vertx();
  private FakeMesh mesh;

  @BeforeEach
  void startMesh() throws Exception {
    mesh = new FakeMesh(vertx);
    mesh.answer("/twilio/voice", "<Redirect>/next</Redirect>").answer("/next", "<Hangup/>");
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void sipCallersBringTheirHeaders() throws Exception {
    CallPlan plan = plan().bySip("sip:alice@pbx.example:5060", Map.of("X-Correlation-Id", "7"));

    CallReport report = call(plan);

    for (FakeMesh.Request request : mesh.requests) {
      assertThat(request.form())
          .containsEntry("From", "sip:alice@pbx.example:5060")
          .containsEntry("SipDomain", "callmesh.sip.twilio.com")
          .containsEntry("SipCallId", report.callSid() + "@pbx.example")
          .containsEntry("SipHeader_X-Correlation-Id", "7");
      assertThat(request.signed()).isTrue();
    }
  }

  @Test
  void sipDomainIsTheCalledAddresss() throws Exception {
    CallPlan plan =
        CallPlan.of("sip:a@b", "sip:100@mine.sip.twilio.com", List.of(), Duration.ofSeconds(8));

    assertThat(call(plan).end()).isEqualTo(CallEnd.HANGUP);

    assertThat(mesh.requests.get(0).form()).containsEntry("SipDomain", "mine.sip.twilio.com");
  }

  @Test
  void anonymousCallersHaveNoNumber() throws Exception {
    CallPlan plan =
        plan().anonymous().with("StirVerstat", "No-TN-Validation").with("Direction", "other");

    assertThat(call(plan).end()).isEqualTo(CallEnd.HANGUP);

    assertThat(mesh.requests.get(0).form())
        .containsEntry("From", "anonymous")
        .containsEntry("Caller", "anonymous")
        .containsEntry("StirVerstat", "No-TN-Validation")
        .containsEntry("Direction", "other");
  }

  @Test
  void sipHeadersNeedASipCaller() {
    CallPlan plan = plan();
    Map<String, String> headers = Map.of("X-Id", "7");

    assertThatThrownBy(() -> plan.bySip("+15550100001", headers))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void requestsTheVoiceWebhookByGet() throws Exception {
    CallReport report =
        call(plan().at("/twilio/voice?tenant=1#rc=0").requesting(new WebhookHabits(true, false)));

    FakeMesh.Request voice = mesh.requests.get(0);
    assertThat(voice.method()).isEqualTo("GET");
    assertThat(voice.signed()).isTrue();
    assertThat(voice.target())
        .startsWith("/twilio/voice?tenant=1&AccountSid=AC")
        .doesNotContain("#");
    assertThat(voice.form()).containsEntry("CallSid", report.callSid());
    assertThat(mesh.requests.get(1).method()).isEqualTo("POST");
    assertThat(report.webhooks().get(0).url()).isEqualTo(mesh.url() + "/twilio/voice?tenant=1");
  }

  @Test
  void eachWebhookHasItsOwnToken() throws Exception {
    CallReport report = call(plan());

    assertThat(mesh.requests)
        .extracting(FakeMesh.Request::token)
        .hasSize(2)
        .doesNotHaveDuplicates();
    assertThat(report.webhooks())
        .extracting(WebhookReport::token)
        .isEqualTo(mesh.requests.stream().map(FakeMesh.Request::token).toList());
    assertThat(report.webhooks()).extracting(WebhookReport::sameTwice).containsOnlyNulls();
  }

  @Test
  void repeatsAFailedWebhookWithItsTokenWhenTheUrlAsksForIt() throws Exception {
    mesh.answer(
            "/twilio/voice", BROKEN, FakeMesh.twiml("<Redirect>/next#rc=2&amp;rp=5xx</Redirect>"))
        .answer("/next", BROKEN, BROKEN, FakeMesh.twiml("<Hangup/>"));

    CallReport report = call(plan().at("/twilio/voice#rp=4xx,5xx"));

    assertThat(report.end()).isEqualTo(CallEnd.HANGUP);
    assertThat(report.webhooks()).extracting(WebhookReport::attempts).containsExactly(2, 3);
    assertThat(mesh.to("/twilio/voice")).extracting(FakeMesh.Request::token).hasSize(2);
    assertThat(Set.copyOf(mesh.to("/next").stream().map(FakeMesh.Request::token).toList()))
        .hasSize(1);
    assertThat(mesh.requests).allMatch(FakeMesh.Request::signed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "#rp=ct,rt", "#rc=0&rp=5xx", "#rp=4xx"})
  void takesAFailureThatTheUrlDoesNotName(String fragment) {
    mesh.answer("/twilio/voice", BROKEN, FakeMesh.twiml("<Hangup/>"));

    assertThatThrownBy(() -> call(plan().at("/twilio/voice" + fragment)))
        .isInstanceOf(CallException.class)
        .satisfies(failure -> assertThat(((CallException) failure).status()).isEqualTo(503));
    assertThat(mesh.requests).hasSize(1);
  }

  @Test
  void repeatsOnceWithoutAConnectionUnlessTheUrlSaysOtherwise() {
    ConnectionOverrides usual = ConnectionOverrides.of(URI.create("https://mesh/voice"));
    ConnectionOverrides all =
        ConnectionOverrides.of(URI.create("https://mesh/v#ct=100&rc=5&rp=all"));

    assertThat(usual.retries()).isEqualTo(1);
    assertThat(usual.repeats(true)).isTrue();
    assertThat(usual.repeats(false)).isFalse();
    assertThat(usual.repeats(500)).isFalse();
    assertThat(all.retries()).isEqualTo(5);
    assertThat(all.repeats(false)).isTrue();
    assertThat(all.repeats(404)).isTrue();
    assertThat(all.repeats(200)).isFalse();
    assertThatThrownBy(() -> ConnectionOverrides.of(URI.create("https://mesh/voice#rc=6")))
        .isInstanceOf(CallException.class);
  }

  @Test
  void sendsEverythingTwiceAndComparesTheAnswers() throws Exception {
    mesh.answer("/next", FakeMesh.twiml("<Say>one</Say>"), FakeMesh.twiml("<Say>two</Say>"));

    CallReport report = call(plan().requesting(new WebhookHabits(false, true)));

    assertThat(mesh.requests).hasSize(4);
    assertThat(mesh.requests.get(0)).isEqualTo(mesh.requests.get(1));
    assertThat(report.webhooks()).extracting(WebhookReport::sameTwice).containsExactly(true, false);
    assertThat(report.answeredInTwoWays()).containsExactly("redirect");
    assertThat(report.said()).containsExactly("two");
  }

  private static CallPlan plan() {
    return CallPlan.of("+15550100001", "+15550100000", List.of(), Duration.ofSeconds(8));
  }

  private CallReport call(CallPlan plan) throws Exception {
    return new TwilioSimulator(vertx, mesh.url(), ACCOUNT)
        .call(plan)
        .start()
        .await(10, TimeUnit.SECONDS);
  }
}
