package io.callmesh.ingress.stream;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionOpened;
import io.callmesh.contracts.session.StreamEnd;
import io.callmesh.contracts.session.StreamParameters;
import io.callmesh.contracts.session.WorkerPresence;
import io.callmesh.ingress.stream.Admission.Admitted;
import io.callmesh.runtime.bus.FrameBus;
import io.callmesh.runtime.socket.FrameLane;
import io.callmesh.runtime.socket.LaneReceiver;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Twilio stream: from the accepted socket over {@code start}, the choice of a worker and the
 * flow of frames to its end. Everything happens on the event loop of its socket.
 */
final class TwilioStream implements TwilioMessage.Receiver {
  private static final Logger log = LoggerFactory.getLogger(TwilioStream.class);

  private static final short NORMAL = 1000;
  private static final short REFUSED = 1008;
  private static final short FAILED = 1011;
  private static final int MAX_MESSAGE_BYTES = 64 * 1024;
  private static final int MAX_WORKERS_ASKED = 3;

  private enum State {
    AWAITING_START,
    OPENING,
    OPEN,
    CLOSED
  }

  private final StreamTable table;
  private final ServerWebSocket socket;
  private final Admission admission;
  private final long key = Ids.streamKey();
  private final long acceptedAt;
  private final OutboundQueue outbound;
  private final OutboundQueue opening;
  private final FrameLane lane;
  private byte[] streamSid = {};
  private State state = State.AWAITING_START;
  private TwilioMessage.@Nullable Start start;
  private @Nullable Admitted admitted;
  private @Nullable TwilioMessageWriter writer;
  private @Nullable String worker;
  private FrameBus.@Nullable Road workerFrames;
  private @Nullable StreamEnd end;
  private boolean workerDone;
  private int offences;
  private int framesIn;
  private int framesOut;
  private int droppedMs;
  private int sequence;
  private long nextPingMs;

  TwilioStream(
      StreamTable table, HttpConnection connection, ServerWebSocket socket, Admission admission) {
    this.table = table;
    this.acceptedAt = table.nanoTime();
    this.nextPingMs = table.config().pingInterval().toMillis();
    this.socket = socket;
    this.admission = admission;
    this.lane =
        FrameLane.ofServer(table.context(), connection, new FromSocket(), MAX_MESSAGE_BYTES);
    this.outbound = new OutboundQueue(Math.toIntExact(table.config().outboundBacklog().toMillis()));
    this.opening = new OutboundQueue(Math.toIntExact(table.config().openingBacklog().toMillis()));
  }

  /** Begins to listen to the socket. */
  void listen() {
    socket
        .frameHandler(this::frame)
        .exceptionHandler(
            cause -> log.debug("{} socket: {}", kv("streamKey", name()), cause.toString()))
        .closeHandler(closed -> closed());
  }

  long key() {
    return key;
  }

  /** What Vert.x keeps for itself; data comes on the lane. */
  private void frame(WebSocketFrame frame) {
    if (frame.isClose()) {
      // From now on the socket refuses writes; its close handler may come much later.
      closed();
    }
  }

  private final class FromSocket implements LaneReceiver {
    @Override
    public void text(ByteBuf utf8) {
      if (state != State.CLOSED) {
        message(utf8);
      }
    }

    @Override
    public void binary(ByteBuf bytes) {
      text(bytes);
    }

    @Override
    public void tooLong() {
      close(REFUSED, "message too long", StreamEnd.ERROR);
    }

    @Override
    public void drained() {
      flush();
    }
  }

  private void message(ByteBuf utf8) {
    int length = utf8.readableBytes();
    byte[] json = table.scratch().message(length);
    utf8.readBytes(json, 0, length);
    MediaScanner scanner = table.scanner();
    if (start != null && scanner.scan(json, length, streamSid)) {
      callerAudio(scanner.timestampMs(), scanner.payload());
      return;
    }
    try {
      TwilioMessageReader.read(Arrays.copyOf(json, length)).deliverTo(this);
    } catch (MalformedMessageException malformed) {
      offence(String.valueOf(malformed.getMessage()));
    }
  }

  /** Counts a message that was wrong; the call goes on until there are too many. */
  private void offence(String why) {
    table.metrics().offence();
    offences++;
    log.debug("{} bad message: {}", kv("streamKey", name()), why);
    if (offences > table.config().maxOffences()) {
      log.warn(
          "{} closed after {} bad messages, the last: {}", kv("callSid", callSid()), offences, why);
      close(REFUSED, "too many bad messages", StreamEnd.ERROR);
    }
  }

  @Override
  public void connected(TwilioMessage.Connected message) {}

  @Override
  public void unknown(TwilioMessage.Unknown message) {
    table.metrics().unknown();
  }

  @Override
  public void start(TwilioMessage.Start message) {
    if (state != State.AWAITING_START) {
      offence("start came twice");
      return;
    }
    if (!message.encoding().equals("audio/x-mulaw") || message.sampleRate() != 8_000) {
      close(REFUSED, "only audio/x-mulaw at 8000 Hz", StreamEnd.ERROR);
      return;
    }
    state = State.OPENING;
    start = message;
    streamSid = message.streamSid().getBytes(StandardCharsets.UTF_8);
    writer = new TwilioMessageWriter(message.streamSid());
    admission
        .check(message)
        .onSuccess(found -> admit(message, found))
        .onFailure(
            cause -> {
              log.error(
                  "{} cannot check the token: {}",
                  kv("callSid", message.callSid()),
                  cause.toString());
              close(FAILED, "cannot check the token now", StreamEnd.ERROR);
            });
  }

  private void admit(TwilioMessage.Start message, Optional<Admitted> found) {
    if (state != State.OPENING) {
      return;
    }
    if (found.isEmpty()) {
      log.warn(
          "{} refused: start does not fit its ticket or token", kv("callSid", message.callSid()));
      close(REFUSED, "this call is not admitted", StreamEnd.ERROR);
    } else {
      admitted = found.get();
      open(message, found.get(), new HashSet<>());
    }
  }

  private void open(TwilioMessage.Start message, Admitted stream, Set<String> tried) {
    Optional<WorkerPresence> chosen =
        tried.size() < MAX_WORKERS_ASKED ? table.workers().choose(tried) : Optional.empty();
    if (chosen.isEmpty()) {
      table.metrics().withoutWorker();
      log.error(
          "{} no worker takes the stream, {} asked",
          kv("callSid", message.callSid()),
          tried.size());
      close(FAILED, "no worker", StreamEnd.INTERRUPTED);
      return;
    }
    String instance = chosen.get().instance();
    tried.add(instance);
    DeliveryOptions options =
        new DeliveryOptions().setSendTimeout(table.config().openTimeout().toMillis());
    table
        .bus()
        .<SessionOpened>request(Addresses.workerOpen(instance), question(message, stream), options)
        .onSuccess(reply -> opened(message, stream, instance))
        .onFailure(cause -> notOpened(message, stream, tried, instance, cause));
  }

  private OpenSession question(TwilioMessage.Start message, Admitted stream) {
    Map<String, String> parameters = new HashMap<>(stream.parameters());
    String from = StreamParameters.take(parameters, StreamParameters.FROM);
    String to = StreamParameters.take(parameters, StreamParameters.TO);
    String resumeReason = StreamParameters.take(parameters, StreamParameters.RESUME_REASON);
    String sharedId = StreamParameters.take(parameters, StreamParameters.SHARED_ID);
    return new OpenSession(
        key,
        table.address(),
        message.streamSid(),
        message.callSid(),
        message.accountSid(),
        stream.conversationId(),
        stream.connectorId(),
        from,
        to,
        parameters,
        stream.resume(),
        resumeReason,
        sharedId);
  }

  private void opened(TwilioMessage.Start message, Admitted stream, String instance) {
    FrameBus.Road road = table.frames().to(Addresses.workerFrames(instance));
    if (state != State.OPENING) {
      abandon(instance);
      return;
    }
    state = State.OPEN;
    worker = instance;
    workerFrames = road;
    for (Frame frame = opening.poll(); frame != null; frame = opening.poll()) {
      road.send(frame);
    }
    log.info(
        "{} {} stream {} started on worker {}",
        kv("callSid", message.callSid()),
        kv("conversationId", stream.conversationId()),
        message.streamSid(),
        instance);
    table
        .events()
        .publish(
            CallEventType.STREAM_STARTED,
            message.callSid(),
            new JsonObject()
                .put("conversationId", stream.conversationId())
                .put("connectorId", stream.connectorId())
                .put("streamSid", message.streamSid())
                .put("worker", instance)
                .put("resume", stream.resume()));
  }

  private void notOpened(
      TwilioMessage.Start message,
      Admitted stream,
      Set<String> tried,
      String instance,
      Throwable cause) {
    log.warn(
        "{} worker {} did not open: {}",
        kv("callSid", message.callSid()),
        instance,
        cause.getMessage());
    // It may have opened and its answer come too late: then nobody would ever end that session.
    abandon(instance);
    if (state != State.OPENING) {
      return;
    }
    if (FailureCode.of(cause).retryable()) {
      open(message, stream, tried);
    } else {
      close(FAILED, "the session was refused", StreamEnd.ERROR);
    }
  }

  /** Ends a session that is not ours any more, without counting among the stream's frames. */
  private void abandon(String instance) {
    StreamEnd why = end == null ? StreamEnd.INTERRUPTED : end;
    Frame frame = Frame.signal(key, FrameKind.END, sequence, elapsedMs(), why.text());
    table.frames().to(Addresses.workerFrames(instance)).send(frame);
  }

  @Override
  public void media(TwilioMessage.Media message) {
    if (inOrder(message.streamSid())) {
      callerAudio(message.timestampMs(), message.payload());
    }
  }

  private void callerAudio(long timestampMs, byte[] mulaw) {
    framesIn++;
    table.metrics().frameIn();
    toWorker(new Frame(key, FrameKind.AUDIO, sequence++, timestampMs, mulaw));
  }

  @Override
  public void dtmf(TwilioMessage.Dtmf message) {
    if (inOrder(message.streamSid())) {
      toWorker(Frame.signal(key, FrameKind.DTMF, sequence++, elapsedMs(), message.digit()));
    }
  }

  @Override
  public void mark(TwilioMessage.Mark message) {
    if (inOrder(message.streamSid())) {
      toWorker(Frame.signal(key, FrameKind.MARK, sequence++, elapsedMs(), message.name()));
    }
  }

  @Override
  public void stop(TwilioMessage.Stop message) {
    if (inOrder(message.streamSid())) {
      close(NORMAL, "stop", StreamEnd.CALLER_HUNG_UP);
    }
  }

  private boolean inOrder(String streamSid) {
    if (start == null) {
      offence("a message before start");
      return false;
    }
    if (!start.streamSid().equals(streamSid)) {
      offence("a message for another stream");
      return false;
    }
    return true;
  }

  private void toWorker(Frame frame) {
    if (state == State.OPEN && workerFrames != null) {
      workerFrames.send(frame);
    } else if (state == State.OPENING) {
      int dropped = opening.add(frame);
      droppedMs += dropped;
      table.metrics().droppedIn(dropped);
      if (opening.hopeless()) {
        close(REFUSED, "too many signals", StreamEnd.ERROR);
      }
    }
  }

  /** Takes a frame from the worker. */
  void deliver(Frame frame) {
    if (state != State.OPEN) {
      return;
    }
    if (outbound.isEmpty() && !lane.full()) {
      write(frame);
      return;
    }
    int dropped = outbound.add(frame);
    droppedMs += dropped;
    table.metrics().droppedOut(dropped);
    if (outbound.hopeless()) {
      close(FAILED, "the socket takes nothing", StreamEnd.ERROR);
    }
  }

  private void flush() {
    while (state == State.OPEN && !lane.full()) {
      Frame frame = outbound.poll();
      if (frame == null) {
        return;
      }
      write(frame);
    }
  }

  private void write(Frame frame) {
    TwilioMessageWriter to = writer;
    if (to == null) {
      return;
    }
    switch (frame.kind()) {
      case AUDIO -> {
        framesOut++;
        table.metrics().frameOut();
        Scratch scratch = table.scratch();
        int length = to.media(frame.payload(), scratch);
        lane.text(scratch.message(length), 0, length);
      }
      case MARK -> send(to.mark(frame.text()));
      case CLEAR -> send(to.clear());
      case END -> {
        workerDone = true;
        close(NORMAL, "the agent's part is over", StreamEnd.ofText(frame.text()));
      }
      case DTMF -> log.debug("{} a key towards Twilio cannot be sent", kv("streamKey", name()));
    }
  }

  private void send(String message) {
    byte[] utf8 = message.getBytes(StandardCharsets.UTF_8);
    lane.text(utf8, 0, utf8.length);
  }

  /** Gives up a socket that never starts, and a worker that went silent; pings when it is time. */
  void sweep() {
    boolean late = elapsedMs() > table.config().startTimeout().toMillis();
    if (state == State.AWAITING_START && late) {
      log.warn("{} no start in time", kv("streamKey", name()));
      close(REFUSED, "no start", StreamEnd.ERROR);
    } else if (worker != null && !table.workers().knows(worker)) {
      log.error("{} worker {} went silent", kv("callSid", callSid()), worker);
      // Twilio asks the Connect action, which sends the call back in to another worker.
      close(FAILED, "the worker is gone", StreamEnd.INTERRUPTED);
    } else if (elapsedMs() >= nextPingMs) {
      nextPingMs = elapsedMs() + table.config().pingInterval().toMillis();
      ping();
    }
  }

  /** Keeps proxies from taking a quiet socket for a dead one. */
  private void ping() {
    socket
        .writePing(Buffer.buffer())
        .onFailure(cause -> log.debug("{} ping: {}", kv("streamKey", name()), cause.toString()));
  }

  private void close(short code, String reason, StreamEnd why) {
    if (end == null) {
      end = why;
    }
    socket
        .close(code, reason)
        .onFailure(cause -> log.debug("{} close: {}", kv("streamKey", name()), cause.toString()));
    closed();
  }

  private void closed() {
    if (state == State.CLOSED) {
      return;
    }
    StreamEnd why = end == null ? StreamEnd.INTERRUPTED : end;
    end = why;
    boolean began = state == State.OPEN;
    state = State.CLOSED;
    table.remove(this, why);
    if (workerFrames != null && !workerDone) {
      workerFrames.send(endFrame(why));
    }
    if (began && start != null && admitted != null) {
      tellEnd(start, admitted, workerDone ? "agent_done" : why.text());
    }
  }

  private void tellEnd(TwilioMessage.Start begun, Admitted stream, String reason) {
    log.info(
        "{} {} stream ended: {}, {} frames in, {} out, {} ms dropped, {} bad messages",
        kv("callSid", begun.callSid()),
        kv("conversationId", stream.conversationId()),
        reason,
        framesIn,
        framesOut,
        droppedMs,
        offences);
    table
        .events()
        .publish(
            CallEventType.STREAM_ENDED,
            begun.callSid(),
            new JsonObject()
                .put("conversationId", stream.conversationId())
                .put("streamSid", begun.streamSid())
                .put("reason", reason)
                .put("durationMs", elapsedMs())
                .put("framesIn", framesIn)
                .put("framesOut", framesOut)
                .put("droppedMs", droppedMs)
                .put("badMessages", offences));
  }

  private Frame endFrame(StreamEnd why) {
    return Frame.signal(key, FrameKind.END, sequence++, elapsedMs(), why.text());
  }

  private long elapsedMs() {
    return (table.nanoTime() - acceptedAt) / 1_000_000;
  }

  private String callSid() {
    return start == null ? "" : start.callSid();
  }

  private String name() {
    return Long.toHexString(key);
  }
}
