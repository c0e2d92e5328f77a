package io.callmesh.worker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.worker.agent.AgentConnection;
import io.callmesh.worker.agent.HandoffResult;
import io.callmesh.worker.agent.SessionEnd;
import io.callmesh.worker.audio.Transcoder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerBacklogTest {
  private final CallerBacklog backlog = new CallerBacklog(Transcoder.of(AudioFormat.MULAW_8000));
  private final SlowAgent agent = new SlowAgent();

  @Test
  void dropsTheOldestAudioAndNoSignal() {
    assertThat(backlog.signal(to -> to.dtmf("1"))).isTrue();
    assertThat(backlog.audio(new byte[] {1, 1}, 16)).isZero();
    assertThat(backlog.signal(to -> to.dtmf("2"))).isTrue();
    assertThat(backlog.audio(new byte[] {2, 2}, 16)).isZero();
    assertThat(backlog.audio(new byte[] {3}, 16)).isEqualTo(2);

    backlog.drainTo(agent);

    assertThat(agent.heard).containsExactly("dtmf 1", "dtmf 2", "audio 2", "audio 3");
    assertThat(backlog.isEmpty()).isTrue();
  }

  @Test
  void keepsKeysMarksAndAudioInTheirOrder() {
    assertThat(backlog.audio(new byte[] {1}, 24)).isZero();
    assertThat(backlog.signal(to -> to.dtmf("1"))).isTrue();
    assertThat(backlog.audio(new byte[] {2}, 24)).isZero();
    assertThat(backlog.signal(to -> to.dtmf("2"))).isTrue();
    assertThat(backlog.signal(to -> to.dtmf("3"))).isTrue();
    assertThat(backlog.audio(new byte[] {3}, 24)).isZero();
    assertThat(backlog.audio(new byte[] {4}, 24)).isEqualTo(1);
    assertThat(backlog.bytes()).isEqualTo(24);

    backlog.drainTo(agent);

    assertThat(agent.heard)
        .containsExactly("dtmf 1", "audio 2", "dtmf 2", "dtmf 3", "audio 3", "audio 4");
    assertThat(backlog.bytes()).isZero();
  }

  @Test
  void stopsWhenTheAgentCannotFollowAndGoesOnLater() {
    assertThat(backlog.audio(new byte[] {1}, 100)).isZero();
    assertThat(backlog.audio(new byte[] {2}, 100)).isZero();
    agent.room = 1;

    backlog.drainTo(agent);
    assertThat(agent.heard).containsExactly("audio 1");
    agent.room = 10;
    backlog.drainTo(agent);

    assertThat(agent.heard).containsExactly("audio 1", "audio 2");
  }

  @Test
  void keepsNoMoreEmptyPiecesThanOfAMillisecondEach() {
    for (int i = 0; i < 10; i++) {
      assertThat(backlog.audio(new byte[0], 24)).isZero();
      assertThat(backlog.bytes()).isBetween(8L, 24L);
    }
  }

  @Test
  void takesSoManySignalsAndNoMore() {
    for (int i = 0; i < CallerBacklog.MAX_SIGNALS; i++) {
      assertThat(backlog.signal(to -> to.dtmf("1"))).isTrue();
    }

    assertThat(backlog.signal(to -> to.dtmf("1"))).isFalse();
  }

  private static final class SlowAgent implements AgentConnection {
    final List<String> heard = new ArrayList<>();
    int room = 100;

    @Override
    public void audio(byte[] audio) {
      heard.add("audio " + audio[0]);
      room--;
    }

    @Override
    public void dtmf(String digit) {
      heard.add("dtmf " + digit);
      room--;
    }

    @Override
    public boolean congested() {
      return room <= 0;
    }

    @Override
    public void mark(String name, boolean played, long heardMs) {}

    @Override
    public void handoffResult(HandoffResult result) {}

    @Override
    public boolean ping() {
      return true;
    }

    @Override
    public void end(SessionEnd reason) {}

    @Override
    public void drop() {}

    @Override
    public void onDrained(Runnable drained) {}
  }
}
