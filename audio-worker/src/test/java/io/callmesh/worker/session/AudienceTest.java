package io.callmesh.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.session.SessionNews;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AudienceTest {
  private static final SessionNews NEWS =
      new SessionNews(
          SessionNews.Kind.ENDED,
          "CA1",
          "conv-1",
          "conn-1",
          "AC1",
          "",
          Instant.EPOCH,
          List.of(),
          HandoffData.EMPTY);

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private long nowMs = Long.MAX_VALUE / 1_000_000; // its nanoseconds are about to overflow
  private final Audience audience = new Audience(vertx.eventBus(), () -> nowMs * 1_000_000);

  @BeforeEach
  void listen() throws Exception {
    BusCodecs.registerOn(vertx.eventBus());
    for (int i = 0; i <= Audience.MAX_WATCHERS; i++) {
      String address = "handoff.news@" + i;
      vertx
          .eventBus()
          .<SessionNews>consumer(address, news -> told.add(address))
          .completion()
          .await(10, TimeUnit.SECONDS);
    }
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void tellsEveryoneUntilTheLeaseIsOver() throws Exception {
    assertThat(audience.isEmpty()).isTrue();
    assertThat(audience.admit("handoff.news@1", 1_000)).isFalse();
    assertThat(audience.admit("handoff.news@2", 2_000)).isFalse();
    assertThat(audience.isEmpty()).isFalse();

    audience.tell(NEWS);
    assertThat(List.of(told.take(), told.take()))
        .containsExactlyInAnyOrder("handoff.news@1", "handoff.news@2");
    nowMs += 1_001;
    audience.tell(NEWS);
    assertThat(told.take()).isEqualTo("handoff.news@2");
    nowMs += 1_000;

    assertThat(audience.isEmpty()).isTrue();
  }

  @Test
  void knowsWhoHasMissedNothing() {
    assertThat(audience.admit("handoff.news@1", 1_000)).isFalse();
    nowMs += 999;
    assertThat(audience.admit("handoff.news@1", 1_000)).isTrue();
    nowMs += 999;
    assertThat(audience.isEmpty()).isFalse();
    nowMs += 2;
    assertThat(audience.admit("handoff.news@1", 1_000)).isFalse();
  }

  @Test
  void hasRoomForSoManyAndForTheirRenewals() throws Exception {
    for (int i = 0; i <= Audience.MAX_WATCHERS; i++) {
      assertThat(audience.admit("handoff.news@" + i, 1_000)).isFalse();
    }

    assertThat(audience.admit("handoff.news@0", 2_000)).isTrue();
    assertThat(audience.admit("handoff.news@16", 1_000)).isFalse();
    nowMs += 1_001;
    audience.tell(NEWS);
    assertThat(told.take()).isEqualTo("handoff.news@0");
    assertThat(audience.admit("handoff.news@16", 1_000)).isFalse();
    assertThat(audience.admit("handoff.news@16", 1_000)).isTrue();
  }

  @Test
  void letsNobodyStayForEver() {
    assertThat(audience.admit("handoff.news@1", Long.MAX_VALUE)).isFalse();

    nowMs += Audience.LONGEST_LEASE_MS + 1;

    assertThat(audience.isEmpty()).isTrue();
  }
}
