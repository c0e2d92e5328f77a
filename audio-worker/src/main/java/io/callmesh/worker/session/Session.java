package io.callmesh.worker.session;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.connector.AgentEndpoint;
import io.callmesh.contracts.connector.AudioFormat;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.connector.Destination;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.handoff.TranscriptLine;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionFound;
import io.callmesh.contracts.session.StreamEnd;
import io.callmesh.contracts.session.WatchSession;
import io.callmesh.runtime.bus.FrameBus;
import io.callmesh.worker.WorkerMetrics.AgentMessage;
import io.callmesh.worker.WorkerMetrics.Decision;
import io.callmesh.worker.WorkerMetrics.Dropped;
import io.callmesh.worker.WorkerMetrics.Ended;
import io.callmesh.worker.agent.AgentConnection;
import io.callmesh.worker.agent.AgentEvent;
import io.callmesh.worker.agent.HandoffRequest;
import io.callmesh.worker.agent.HandoffResult;
import io.callmesh.worker.agent.SessionEnd;
import io.callmesh.worker.agent.SessionStart;
import io.callmesh.worker.audio.Transcoder;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import net.logstash.logback.argument.StructuredArgument;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's side of a conversation: between one stream at an ingress and the agent.
 *
 * <p>It goes through phases, never back: talking; finishing, when an outcome is decided and only
 * the audio that is left has to be played; left, when the caller is gone and it remains to be found
 * out where to; ended. Runs on one event loop.
 */
final class Session implements AgentLine.Owner {
  private static final Logger log = LoggerFactory.getLogger(Session.class);
  private static final long FINISH_GRACE_MS = 2_000;
  private static final String AGENT_LOST = "agent_lost";
  private static final String ALREADY_ENDED = "already_ended";

  private enum Phase {
    TALKING,
    FINISHING,
    LEFT,
    ENDED
  }

  private final StructuredArgument callSid;
  private final StructuredArgument conversationId;
  private final WorkerPorts ports;
  private final OpenSession open;
  private final Connector connector;
  private final Consumer<Session> onEnded;
  private final OutcomeStore outcomes;
  private final IngressStream stream;
  private final AudioFormat format;
  private final Transcoder transcoder;
  private final Playout playout;
  private final FlightRecord flight = new FlightRecord();
  private final AgentNews news;
  private final Story story;
  private final Consumer<byte[]> toPlayout;
  private final @Nullable AgentLine line;
  private final @Nullable String sharedId;
  private final Instant openedAt;
  private Phase phase = Phase.TALKING;
  private boolean deciding;
  private boolean agentGone;
  private boolean complained;
  private Ended outcome = Ended.ERROR;
  private long playoutTimer = -1;
  private long finishTimer = -1;
  private boolean heardFrom = true;
  private long silentSince;

  /**
   * A session that has not begun.
   *
   * @param onEnded told once, when the session has let go of everything
   */
  Session(WorkerPorts ports, OpenSession open, Connector connector, Consumer<Session> onEnded) {
    this.ports = ports;
    this.open = open;
    this.openedAt = Instant.ofEpochMilli(ports.clock().millis()); // as fine as decisions are
    this.callSid = kv("callSid", open.callSid());
    this.conversationId = kv("conversationId", open.conversationId());
    this.connector = connector;
    this.onEnded = onEnded;
    this.outcomes = new OutcomeStore(ports.vertx(), ports.config().storeDeadline());
    this.stream = new IngressStream(FrameBus.of(ports.vertx()), open, ports.metrics());
    AgentEndpoint agent = connector.agent();
    this.format = agent == null ? AudioFormat.MULAW_8000 : agent.audio();
    this.transcoder = Transcoder.of(format);
    this.playout =
        new Playout(
            new ToCaller(),
            System::nanoTime,
            ports.config().playoutLead().toMillis(),
            ports.config().playoutBacklog().toMillis());
    this.toPlayout = playout::audio;
    SessionStart start = SessionStart.of(open, connector, format);
    this.sharedId = start.sharedId();
    this.news = new AgentNews(ports.events(), open, connector.sensitiveFields());
    this.story = new Story(ports.vertx().eventBus(), news, open, sharedId, openedAt);
    this.line = agent == null ? null : new AgentLine(ports, agent, start, transcoder, flight, this);
  }

  /** The stream's key. */
  long streamKey() {
    return open.streamKey();
  }

  /** The call. */
  String callSid() {
    return open.callSid();
  }

  /** The conversation. */
  String conversationId() {
    return open.conversationId();
  }

  /** Tells somebody of the session, once or for a while. */
  void watch(WatchSession wish) {
    story.watch(wish);
  }

  /** What whoever looks for the call is told. */
  SessionFound found() {
    return new SessionFound(
        open.callSid(),
        open.accountSid(),
        open.conversationId(),
        open.connectorId(),
        sharedId == null ? "" : sharedId);
  }

  /** Dials the agent; a connector without one is a lost agent from the start. */
  void start() {
    log.info(
        "{} {} session opened for connector {}, resume={}",
        callSid,
        conversationId,
        connector.connectorId(),
        open.resume());
    if (line == null) {
      gaveUp(new IllegalStateException("the connector has no agent"));
    } else {
      line.open();
    }
  }

  // From the ingress.

  /** Takes a frame of the stream. */
  void frame(Frame frame) {
    heardFrom = true;
    switch (frame.kind()) {
      case AUDIO -> callerAudio(frame);
      case DTMF -> toAgent(agent -> agent.dtmf(frame.text()));
      case MARK -> playout.returned(frame.text());
      case END -> streamEnded(StreamEnd.ofText(frame.text()));
      case CLEAR -> ports.metrics().unknownFrame(); // goes the other way only
    }
  }

  private void callerAudio(Frame frame) {
    ports.metrics().frameFromCaller();
    flight.frameFromCaller();
    if (line != null && line.audio(frame.payload())) {
      flight.toAgent(System.nanoTime() - frame.madeNanos());
    }
  }

  private void toAgent(Consumer<AgentConnection> signal) {
    if (line != null) {
      line.signal(signal);
    }
  }

  /** The stream is gone, so there is nobody left to play anything to. */
  private void streamEnded(StreamEnd reason) {
    switch (reason) {
      case CALLER_HUNG_UP -> callerLeft();
      case INTERRUPTED -> end(Ended.INTERRUPTED, SessionEnd.INTERRUPTED);
      case ERROR -> end(Ended.ERROR, SessionEnd.ERROR);
    }
  }

  /**
   * The caller hung up, or a supervisor has taken the call elsewhere: Twilio says the same of both,
   * but the second leaves an outcome.
   */
  private void callerLeft() {
    if (phase != Phase.TALKING || deciding) {
      end(Ended.CALLER_HUNG_UP, SessionEnd.CALLER_HUNG_UP);
      return;
    }
    phase = Phase.LEFT;
    ports.vertx().cancelTimer(playoutTimer);
    if (line != null) {
      line.settle();
    }
    outcomes
        .find(open.callSid())
        .otherwise(Optional.empty())
        .onSuccess(found -> left(found.filter(this::tookTheCall).isPresent()));
  }

  /** Not so an earlier one, after which the call came back to this agent. */
  private boolean tookTheCall(Outcome found) {
    return found.kind() == Outcome.Kind.HANDOFF
        && found.conversationId().equals(open.conversationId())
        && !found.decidedAt().isBefore(openedAt);
  }

  private void left(boolean handedOff) {
    if (handedOff) {
      end(Ended.HANDED_OFF, SessionEnd.HANDED_OFF);
    } else {
      end(Ended.CALLER_HUNG_UP, SessionEnd.CALLER_HUNG_UP);
    }
  }

  /** Looks after the stream and the line; called about once a second. */
  void sweep(long nanos) {
    if (heardFrom) {
      heardFrom = false;
      silentSince = nanos;
    } else if (nanos - silentSince > ports.config().streamSilence().toNanos()) {
      log.warn("{} {} no frame for {}", callSid, conversationId, ports.config().streamSilence());
      moveAway();
      return;
    }
    story.sweep();
    if (line != null) {
      line.sweep(nanos);
    }
  }

  /** Closes the stream as if it had been interrupted, so that the call can go on elsewhere. */
  void moveAway() {
    stream.end();
    end(Ended.INTERRUPTED, SessionEnd.INTERRUPTED);
  }

  // From the line to the agent.

  @Override
  public void connected(boolean resume, Duration dialled) {
    long dialMs = dialled.toMillis();
    log.info("{} {} agent connected in {} ms, resume={}", callSid, conversationId, dialMs, resume);
    JsonObject data =
        new JsonObject()
            .put("conversationId", open.conversationId())
            .put("connectorId", connector.connectorId())
            .put("protocol", protocolName())
            .put("dialMs", dialMs)
            .put("resume", resume);
    ports.events().publish(CallEventType.AGENT_CONNECTED, open.callSid(), data);
  }

  private String protocolName() {
    AgentEndpoint agent = connector.agent();
    return agent == null ? "" : agent.protocol().text();
  }

  @Override
  public void redialling() {
    log.warn("{} {} agent lost", callSid, conversationId);
    transcoder.flush(toPlayout);
    transcoder.discard(); // half a sample of this connection must not meet the next one's
    schedulePlayout();
  }

  @Override
  public void gaveUp(Throwable cause) {
    log.warn("{} {} no agent to be had: {}", callSid, conversationId, cause.toString());
    agentGone = true;
    if (phase == Phase.TALKING && !deciding) {
      rescue();
    }
  }

  /** Stored or not, the caller is not left in silence. */
  private void rescue() {
    String destination = connector.rescueDestination().map(Destination::name).orElse(null);
    HandoffRequest request =
        new HandoffRequest(destination, AGENT_LOST, null, false, null, story.state());
    store(Outcome.Kind.HANDOFF, request, any -> playOut(Ended.RESCUED));
  }

  // From the agent.

  @Override
  public void audio(byte[] audio) {
    if (phase == Phase.TALKING) {
      transcoder.fromAgent(audio, toPlayout);
      flight.playoutWaits(playout.waitingBytes());
      schedulePlayout();
    } else {
      long mulawBytes = audio.length * 8_000L / format.sampleRate();
      dropped(Dropped.AFTER_OUTCOME, mulawBytes / format.encoding().bytesPerSample());
    }
  }

  private void dropped(Dropped where, long bytes) {
    flight.dropped(where, bytes);
    ports.metrics().audioDropped(where, bytes);
  }

  @Override
  public void clear() {
    ports.metrics().agentMessage(AgentMessage.CLEAR);
    flight.cleared();
    transcoder.discard();
    playout.clear();
  }

  @Override
  public void mark(String name) {
    ports.metrics().agentMessage(AgentMessage.MARK);
    if (phase != Phase.TALKING) {
      return;
    }
    transcoder.flush(toPlayout);
    if (!playout.mark(name)) {
      toAgent(agent -> agent.mark(name, false, 0));
    }
    schedulePlayout();
  }

  @Override
  public void handoff(HandoffRequest request) {
    ports.metrics().agentMessage(AgentMessage.HANDOFF);
    if (!request.state().isEmpty()) {
      story.state(request.state());
    }
    String refusal = refusal(request);
    if (refusal != null) {
      refuse(HandoffResult.refused(refusal, null));
      return;
    }
    store(Outcome.Kind.HANDOFF, request, this::handoffDecided);
  }

  @Override
  public void handoffRefused(HandoffData.RefusedException refusal) {
    ports.metrics().agentMessage(AgentMessage.HANDOFF);
    String before = refusal();
    refuse(before == null ? HandoffResult.refused(refusal) : HandoffResult.refused(before, null));
  }

  private @Nullable String refusal(HandoffRequest request) {
    String refusal = refusal();
    if (refusal != null) {
      return refusal;
    }
    return connector.destination(request.destination()).isEmpty() ? "unknown_destination" : null;
  }

  /** Why no handoff may be had now, whatever is in it. */
  private @Nullable String refusal() {
    if (phase != Phase.TALKING || deciding) {
      return ALREADY_ENDED;
    }
    return connector.disableHandoff() ? "handoff_disabled" : null;
  }

  private void refuse(HandoffResult result) {
    ports.metrics().outcome(Decision.REFUSED);
    log.info("{} {} handoff not accepted: {}", callSid, conversationId, result.reason());
    toAgent(agent -> agent.handoffResult(result));
  }

  private void handoffDecided(Decision decision) {
    HandoffResult result =
        switch (decision) {
          case STORED -> HandoffResult.ACCEPTED;
          case OFFERED -> HandoffResult.INLINE;
          default -> HandoffResult.refused("store_refused", null);
        };
    toAgent(agent -> agent.handoffResult(result));
    if (result.movesOn()) {
      playOut(Ended.HANDED_OFF);
    } else if (agentGone) {
      rescue();
    }
  }

  @Override
  public void hangup(@Nullable String reason) {
    ports.metrics().agentMessage(AgentMessage.HANGUP);
    if (phase == Phase.TALKING && !deciding) {
      store(Outcome.Kind.HANGUP, nowhere(reason), any -> playOut(Ended.AGENT_HUNG_UP));
    }
  }

  private static HandoffRequest nowhere(@Nullable String reason) {
    return new HandoffRequest(null, reason, null, false, null, HandoffData.EMPTY);
  }

  /** Stored or not, the call goes on without the agent: it cannot be told. */
  @Override
  public void left(@Nullable HandoffRequest wish) {
    agentGone = true;
    if (line != null) {
      line.left();
    }
    if (phase != Phase.TALKING || deciding) {
      return;
    }
    Ended ended = wish == null ? Ended.AGENT_HUNG_UP : Ended.HANDED_OFF;
    Outcome.Kind kind = wish == null ? Outcome.Kind.HANGUP : Outcome.Kind.HANDOFF;
    store(kind, wish == null ? nowhere(null) : wish, any -> playOut(ended));
  }

  @Override
  public void context(HandoffData state) {
    ports.metrics().agentMessage(AgentMessage.CONTEXT);
    story.state(state);
  }

  @Override
  public void transcript(Role role, String text, boolean last) {
    ports.metrics().agentMessage(AgentMessage.TRANSCRIPT);
    told(story.said(new TranscriptLine(role, text, last, ports.clock().instant())));
  }

  @Override
  public void event(AgentEvent event) {
    ports.metrics().agentMessage(AgentMessage.EVENT);
    told(news.event(event));
  }

  private void told(boolean published) {
    if (!published) {
      flight.eventDropped();
      ports.metrics().agentEventDropped();
    }
  }

  @Override
  public void unknown() {
    ports.metrics().agentMessage(AgentMessage.UNKNOWN);
  }

  @Override
  public void malformed() {
    ports.metrics().agentMessage(AgentMessage.MALFORMED);
  }

  /** The first one is logged: an agent that complains of everything shall not fill the log. */
  @Override
  public void complained(String code) {
    ports.metrics().agentMessage(AgentMessage.ERROR);
    if (!complained) {
      complained = true;
      log.warn("{} {} the agent complains: {}", callSid, conversationId, code);
    }
  }

  // The end.

  private void store(Outcome.Kind kind, HandoffRequest request, Consumer<Decision> next) {
    deciding = true;
    outcomes
        .store(outcome(kind, request))
        .onSuccess(decision -> decided(decision, kind, next))
        .onFailure(
            cause -> {
              log.error("{} {} outcome {} refused", callSid, conversationId, kind, cause);
              decided(Decision.NOT_STORED, kind, next);
            });
  }

  private void decided(Decision decision, Outcome.Kind kind, Consumer<Decision> next) {
    ports.metrics().outcome(decision);
    if (decision == Decision.OFFERED) {
      log.error("{} {} outcome {} not stored in time, but offered", callSid, conversationId, kind);
    }
    deciding = false;
    if (phase == Phase.TALKING) {
      next.accept(decision);
    }
  }

  private Outcome outcome(Outcome.Kind kind, HandoffRequest request) {
    return new Outcome(
        open.callSid(),
        open.accountSid(),
        open.conversationId(),
        connector.connectorId(),
        connector.accountId(),
        connector.projectId(),
        kind,
        request.destination(),
        request.reason(),
        request.utterance(),
        request.utteranceSpoken(),
        request.sharedId() == null ? sharedId : request.sharedId(),
        request.state(),
        story.transcript(),
        ports.clock().instant(),
        null);
  }

  /** Lets the caller hear what the agent has said, and closes the stream then. */
  private void playOut(Ended decided) {
    phase = Phase.FINISHING;
    outcome = decided;
    if (line != null) {
      line.settle();
    }
    transcoder.flush(toPlayout);
    long longestMs = playout.bufferedMs() + FINISH_GRACE_MS;
    finishTimer = ports.vertx().setTimer(longestMs, id -> played());
    if (playout.mark(Playout.LAST)) {
      schedulePlayout();
    } else {
      played();
    }
  }

  private void played() {
    if (phase == Phase.FINISHING) {
      stream.end();
      end(outcome, toAgent(outcome));
    }
  }

  private static SessionEnd toAgent(Ended outcome) {
    return switch (outcome) {
      case HANDED_OFF -> SessionEnd.HANDED_OFF;
      case AGENT_HUNG_UP -> SessionEnd.AGENT_HUNG_UP;
      default -> SessionEnd.ERROR;
    };
  }

  private void end(Ended reason, SessionEnd toAgent) {
    if (phase == Phase.ENDED) {
      return;
    }
    phase = Phase.ENDED;
    ports.vertx().cancelTimer(playoutTimer);
    ports.vertx().cancelTimer(finishTimer);
    if (line != null) {
      line.end(toAgent);
    }
    story.ended();
    ports.metrics().sessionEnded(reason);
    log.info("{} {} session ended: {}", callSid, conversationId, reason);
    ports.events().publish(CallEventType.SESSION_ENDED, open.callSid(), summary(reason));
    onEnded.accept(this);
  }

  private JsonObject summary(Ended reason) {
    return flight
        .toJson()
        .put("conversationId", open.conversationId())
        .put("connectorId", connector.connectorId())
        .put("streamSid", open.streamSid())
        .put("protocol", protocolName())
        .put("reason", reason.name().toLowerCase(Locale.ROOT))
        .put("durationMs", Duration.between(openedAt, ports.clock().instant()).toMillis());
  }

  private void schedulePlayout() {
    if (playoutTimer == -1 && (phase == Phase.TALKING || phase == Phase.FINISHING)) {
      long nap = playout.napMs();
      if (nap > 0) {
        playoutTimer = ports.vertx().setTimer(nap, id -> playOn());
      }
    }
  }

  private void playOn() {
    playoutTimer = -1;
    playout.release();
    schedulePlayout();
  }

  /** What the playout lets go of, to the ingress and to the agent. */
  private final class ToCaller implements Playout.Sink {
    @Override
    public void audio(byte[] mulaw) {
      flight.frameToCaller();
      stream.audio(mulaw);
    }

    @Override
    public void mark(String wireName) {
      stream.mark(wireName);
    }

    @Override
    public void clear() {
      stream.clear();
    }

    @Override
    public void answered(String name, boolean played, long heardMs) {
      if (name.equals(Playout.LAST)) {
        played();
      } else {
        flight.markAnswered(played);
        toAgent(agent -> agent.mark(name, played, heardMs));
      }
    }

    @Override
    public void overflowed(long bytes) {
      dropped(Dropped.PLAYOUT_FULL, bytes);
    }
  }
}
