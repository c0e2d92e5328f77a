package io.callmesh.worker.session;

import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Transcript;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionNews;
import io.callmesh.contracts.session.SessionNews.Kind;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.runtime.TokenBucket;
import io.vertx.core.eventbus.EventBus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session knows of its conversation, for its outcome and for those who watch: what was said,
 * and the handoff state as the agent last reported it. What is told while somebody watches, lines
 * and states each, is within the rate of {@link AgentNews}; what is over it comes about a second
 * later, all at once. For one thread.
 */
final class Story {
  private final EventBus bus;
  private final AgentNews events;
  private final OpenSession open;
  private final String sharedId;
  private final Instant openedAt;
  private final Audience audience;
  private final TranscriptTail said = new TranscriptTail();
  private final TokenBucket states = AgentNews.rate();
  private HandoffData state = HandoffData.EMPTY;
  private boolean stateUntold;
  private boolean missed;

  Story(
      EventBus bus,
      AgentNews events,
      OpenSession open,
      @Nullable String sharedId,
      Instant openedAt) {
    this.bus = bus;
    this.events = events;
    this.open = open;
    this.sharedId = sharedId == null ? "" : sharedId;
    this.openedAt = openedAt;
    this.audience = new Audience(bus, System::nanoTime);
  }

  /** The end of what was said. */
  Transcript transcript() {
    return Transcript.of(said.lines());
  }

  /** The handoff state as last reported. */
  HandoffData state() {
    return state;
  }

  /** Takes what was said; false when it is not published, because there was too much lately. */
  boolean said(TranscriptLine line) {
    TranscriptLine kept = said.add(line);
    boolean published = events.transcript(line);
    if (!audience.isEmpty()) {
      tell(kept, published);
    }
    return published;
  }

  /** After one that was missed the others wait for it: what is told must be in order. */
  private void tell(TranscriptLine line, boolean published) {
    missed |= !published;
    if (!missed) {
      audience.tell(news(Kind.TRANSCRIPT, List.of(line), HandoffData.EMPTY));
    }
  }

  /** Takes the state that the agent reports. */
  void state(HandoffData reported) {
    if (!reported.equals(state)) {
      state = reported;
      stateUntold = !audience.isEmpty();
      tellState();
    }
  }

  /** Tells what had to wait for the rate; called about once a second. */
  void sweep() {
    tellMissed();
    tellState();
  }

  private void tellMissed() {
    if (missed) {
      missed = false;
      stateUntold = false;
      audience.tell(news(Kind.SNAPSHOT, said.lines(), state));
    }
  }

  private void tellState() {
    if (stateUntold && states.tryTake(1)) {
      stateUntold = false;
      audience.tell(news(Kind.STATE, List.of(), state));
    }
  }

  /**
   * Answers somebody who wants to watch. One whose lease was over, or who had watched another
   * session of the call, has missed something and gets a snapshot again.
   */
  void watch(WatchSession wish) {
    boolean goesOn = wish.leaseMs() > 0;
    boolean upToDate = !goesOn || audience.admit(wish.replyTo(), wish.leaseMs());
    if (!wish.known() || !upToDate) {
      bus.send(wish.replyTo(), news(Kind.SNAPSHOT, said.lines(), state));
    }
  }

  /** The session is over. */
  void ended() {
    if (!audience.isEmpty()) {
      tellMissed();
      audience.tell(news(Kind.ENDED, List.of(), HandoffData.EMPTY));
    }
  }

  private SessionNews news(Kind kind, List<TranscriptLine> lines, HandoffData data) {
    return new SessionNews(
        kind,
        open.callSid(),
        open.conversationId(),
        open.connectorId(),
        open.accountSid(),
        sharedId,
        openedAt,
        lines,
        data);
  }
}
