package io.callmesh.ingress.stream;

import static net.logstash.logback.argument.StructuredArguments.kv;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.Ids;
import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.event.CallEventType;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionOpened;
import io.callmesh.contracts.session.StreamAdmitted;
import io.callmesh.contracts.session.StreamEnd;
import io.callmesh.contracts.session.StreamParameters;
import io.callmesh.contracts.session.WorkerPresence;
import io.callmesh.ingress.IngressMetrics.Offence;
import io.callmesh.ingress.stream.Admission.Admitted;
import io.callmesh.runtime.TokenBucket;
import io.callmesh.runtime.bus.FrameBus;
import io.callmesh.runtime.socket.FrameLane;
import io.callmesh.runtime.socket.LaneReceiver;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
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
  private static final short NOT_TEXT = 1003;
  private static final short REFUSED = 1008;
  private static final short TOO_LONG = 1009;
  private static final short FAILED = 1011;
  private static final int MAX_MESSAGE_BYTES = 64 * 1024;
  private static final int MAX_WORKERS_ASKED = 3;

  /** Ten seconds of audio at once: more than a stalled network holds back. */
  private static final int AUDIO_AT_ONCE = 10_000 * Frame.BYTES_PER_MS;

  /** 200 ms, so that no agent is sent a message of unusual size. */
  private static final int LONGEST_FRAME_BYTES = 200 * Frame.BYTES_PER_MS;

  /** What a message of less audio counts, so that tiny ones cannot come in any number: 5 ms. */
  private static final int LEAST_CHARGED_BYTES = 5 * Frame.BYTES_PER_MS;

  /** What waits before the lane is full: about a second of audio, at 300 bytes for each 20 ms. */
  private static final int WRITE_QUEUE_BYTES = 16 * 1024;

  /** About two seconds of audio. */
  private static final int SEND_BUFFER_BYTES = 32 * 1024;

  private static final int SIGNALS_AT_ONCE = 2_000;
  private static final int SIGNALS_PER_SECOND = 100;

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
  private final FlightRecorder record = new FlightRecorder();
  private final PeerWatch peer;
  private final FrameLane lane;
  private byte[] streamSid = {};
  private final TokenBucket audioPace;
  private final TokenBucket signalPace;
  private State state = State.AWAITING_START;
  private TwilioMessage.@Nullable Start start;
  private @Nullable Admitted admitted;
  private @Nullable StreamAdmitted standing;
  private @Nullable TwilioMessageWriter writer;
  private @Nullable String worker;
  private FrameBus.@Nullable Road workerFrames;
  private @Nullable StreamEnd end;
  private boolean workerDone;
  private boolean superseded;
  private int sequence;

  TwilioStream(
      StreamTable table, HttpConnection connection, ServerWebSocket socket, Admission admission) {
    this.table = table;
    this.acceptedAt = table.nanoTime();
    long pingMs = table.config().pingInterval().toMillis();
    this.peer =
        new PeerWatch(
            ThreadLocalRandom.current().nextLong(pingMs) + 1,
            pingMs,
            table.config().pongTimeout().toMillis(),
            table.config().silence().toMillis());
    this.audioPace = new TokenBucket(AUDIO_AT_ONCE, 1_000 * Frame.BYTES_PER_MS, table::nanoTime);
    this.signalPace = new TokenBucket(SIGNALS_AT_ONCE, SIGNALS_PER_SECOND, table::nanoTime);
    this.socket = socket;
    this.admission = admission;
    this.lane =
        FrameLane.ofServer(table.context(), connection, new FromSocket(), MAX_MESSAGE_BYTES);
    this.outbound = new OutboundQueue(Math.toIntExact(table.config().outboundBacklog().toMillis()));
    this.opening = new OutboundQueue(Math.toIntExact(table.config().openingBacklog().toMillis()));
  }

  /** Begins to listen to the socket. */
  void listen() {
    lane.bound(WRITE_QUEUE_BYTES, SEND_BUFFER_BYTES);
    socket.frameHandler(this::frame).exceptionHandler(this::broken).closeHandler(closed -> gone());
    lane.open();
  }

  long key() {
    return key;
  }

  /** What the decoder refuses ends the connection; a last word is all that can be said. */
  private void broken(Throwable cause) {
    log.debug("{} socket: {}", kv("streamKey", name()), cause.toString());
    if (state != State.CLOSED && cause instanceof CorruptedWebSocketFrameException corrupted) {
      boolean tooLong = corrupted.closeStatus().equals(WebSocketCloseStatus.MESSAGE_TOO_BIG);
      count(tooLong ? Offence.TOO_LONG : Offence.FRAMING);
      short code = (short) corrupted.closeStatus().code();
      close(code, corrupted.closeStatus().reasonText(), StreamEnd.ERROR);
    }
  }

  private void gone() {
    closed();
    table.gone(lane);
  }

  /** The account that has a place for it. */
  String accountSid() {
    return admission.accountSid();
  }

  /** What Vert.x keeps for itself; data comes on the lane. */
  private void frame(WebSocketFrame frame) {
    if (frame.isClose()) {
      // From now on the socket refuses writes; its close handler may come much later.
      closed();
    } else {
      beat();
    }
  }

  private void beat() {
    peer.heard();
    paced();
  }

  /** Takes a signal or a ping, which both go on to queues; false when there are too many. */
  @CanIgnoreReturnValue // when nothing more would happen
  private boolean paced() {
    if (state != State.CLOSED && !signalPace.tryTake(1)) {
      close(REFUSED, "too many signals", StreamEnd.ERROR);
    }
    return state != State.CLOSED;
  }

  private final class FromSocket implements LaneReceiver {
    @Override
    public void ping(int bytes) {
      beat();
    }

    @Override
    public void text(byte[] utf8, int length) {
      peer.spoke();
      if (state != State.CLOSED) {
        message(utf8, length);
      }
    }

    @Override
    public void binary(byte[] bytes, int length) {
      peer.spoke();
      if (state != State.CLOSED) {
        offence(Offence.BINARY, "a binary message"); // Twilio speaks text only
      }
    }

    @Override
    public void tooLong() {
      if (state != State.CLOSED) {
        count(Offence.TOO_LONG);
        close(TOO_LONG, "message too long", StreamEnd.ERROR);
      }
    }

    @Override
    public void drained() {
      flush();
    }
  }

  private void message(byte[] json, int length) {
    MediaScanner scanner = table.scanner();
    if (start != null && scanner.scan(json, length, streamSid)) {
      callerAudio(scanner.sequenceNumber(), scanner.timestampMs(), scanner.payload());
      return;
    }
    try {
      TwilioMessageReader.read(Arrays.copyOf(json, length)).deliverTo(this);
    } catch (MalformedMessageException malformed) {
      record.gaps().message();
      offence(Offence.UNREADABLE, String.valueOf(malformed.getMessage()));
    }
  }

  /** Counts a message that was wrong; the call goes on until there are too many. */
  private void offence(Offence kind, String why) {
    count(kind);
    int offences = record.offences();
    log.debug("{} bad message: {}", kv("streamKey", name()), why);
    if (offences > table.config().maxOffences()) {
      log.warn(
          "{} closed after {} bad messages, the last: {}", kv("callSid", callSid()), offences, why);
      short code = kind == Offence.BINARY ? NOT_TEXT : REFUSED;
      close(code, "too many bad messages", StreamEnd.ERROR);
    }
  }

  private void count(Offence kind) {
    table.metrics().offence(kind);
    record.offence(kind);
  }

  @Override
  public void connected(TwilioMessage.Connected message) {}

  @Override
  public void unknown(TwilioMessage.Unknown message) {
    record.gaps().message();
    table.metrics().unknown();
  }

  @Override
  public void start(TwilioMessage.Start message) {
    if (state != State.AWAITING_START) {
      record.gaps().message();
      offence(Offence.SECOND_START, "start came twice");
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
      admitted(message, found.get());
    }
  }

  private void admitted(TwilioMessage.Start message, Admitted stream) {
    StreamAdmitted news =
        new StreamAdmitted(
            message.callSid(), table.address(), admission.ticketMs(), table.admissionMs(), key);
    standing = news;
    if (table.admitted(this, news)) {
      admitted = stream;
      open(message, stream, new HashSet<>());
    } else {
      log.warn("{} refused: the call has a stream already", kv("callSid", message.callSid()));
      close(REFUSED, "the call has another stream", StreamEnd.ERROR);
    }
  }

  /** What the other ingresses were told of it, once it is admitted. */
  Optional<StreamAdmitted> standing() {
    return Optional.ofNullable(standing);
  }

  /** Whether another stream of the same call takes its place. */
  boolean givesWayTo(StreamAdmitted other) {
    return standing == null || other.outranks(standing);
  }

  /** Gives the call to a stream that outranks it. */
  void supersede() {
    superseded = true;
    table.metrics().superseded();
    log.warn("{} {} superseded by another stream", kv("callSid", callSid()), name());
    close(NORMAL, "the call has another stream", StreamEnd.INTERRUPTED);
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
      callerAudio(message.sequenceNumber(), message.timestampMs(), message.payload());
    }
  }

  private void callerAudio(long sequenceNumber, long stampMs, byte[] mulaw) {
    long nanos = table.nanoTime();
    table.metrics().frameIn();
    record.frameIn(mulaw.length);
    if (mulaw.length == 0) {
      record.gaps().message();
    } else if (audioPace.tryTake(Math.max(LEAST_CHARGED_BYTES, mulaw.length))) {
      silence(record.gaps().media(sequenceNumber, stampMs, mulaw.length, nanos));
      audio(mulaw);
    } else {
      record.gaps().message();
      droppedIn(Math.max(1, mulaw.length / Frame.BYTES_PER_MS));
    }
  }

  private void droppedIn(int ms) {
    record.droppedIn(ms);
    table.metrics().droppedIn(ms);
  }

  /**
   * Stands for audio that never came, so that the agent's clock goes with the call's; no faster
   * than audio either, whatever the stamps say.
   */
  private void silence(int bytes) {
    if (bytes == 0) {
      return;
    }
    if (!audioPace.tryTake(bytes)) {
      record.gaps().unfilled(bytes);
    } else {
      table.metrics().filled(bytes / Frame.BYTES_PER_MS);
      Silence.pieces(bytes, this::audio);
    }
  }

  /** Twilio promises no size: what is long goes on in pieces, as servers bound their messages. */
  private void audio(byte[] mulaw) {
    if (mulaw.length <= LONGEST_FRAME_BYTES) {
      piece(mulaw);
      return;
    }
    for (int done = 0; done < mulaw.length; done += LONGEST_FRAME_BYTES) {
      piece(Arrays.copyOfRange(mulaw, done, Math.min(mulaw.length, done + LONGEST_FRAME_BYTES)));
    }
  }

  private void piece(byte[] mulaw) {
    long timestampMs = record.gaps().place(mulaw.length);
    toWorker(new Frame(key, FrameKind.AUDIO, sequence++, timestampMs, mulaw));
  }

  @Override
  public void dtmf(TwilioMessage.Dtmf message) {
    if (inOrder(message.streamSid()) && paced()) {
      record.gaps().message();
      toWorker(Frame.signal(key, FrameKind.DTMF, sequence++, elapsedMs(), message.digit()));
    }
  }

  @Override
  public void mark(TwilioMessage.Mark message) {
    if (inOrder(message.streamSid()) && paced()) {
      record.gaps().message();
      byte[] name = message.name().getBytes(StandardCharsets.UTF_8);
      returned(name);
      if (!message.name().equals(RoundTrips.QUIET)) {
        toWorker(new Frame(key, FrameKind.MARK, sequence++, elapsedMs(), name));
      }
    }
  }

  private void returned(byte[] mark) {
    long nanos = record.trips().returned(mark, table.nanoTime());
    if (nanos != RoundTrips.NOTHING) {
      table.metrics().markReturned(nanos);
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
      offence(Offence.BEFORE_START, "a message before start");
      return false;
    }
    if (!start.streamSid().equals(streamSid)) {
      record.gaps().message();
      offence(Offence.OTHER_STREAM, "a message for another stream");
      return false;
    }
    return true;
  }

  private void toWorker(Frame frame) {
    if (state == State.OPEN && workerFrames != null) {
      workerFrames.send(frame);
    } else if (state == State.OPENING) {
      droppedIn(opening.add(frame));
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
    record.droppedOut(dropped);
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
        table.metrics().frameOut();
        Scratch scratch = table.scratch();
        int length = to.media(frame.payload(), scratch);
        lane.text(scratch.message(length), 0, length);
        record.frameOut(frame, table.nanoTime());
      }
      case MARK -> {
        record.trips().mark(frame.payload(), table.nanoTime());
        send(to.mark(frame.text()));
      }
      case CLEAR -> clear(to);
      case END -> {
        workerDone = true;
        close(NORMAL, "the agent's part is over", StreamEnd.ofText(frame.text()));
      }
      case DTMF -> log.debug("{} a key towards Twilio cannot be sent", kv("streamKey", name()));
    }
  }

  private void clear(TwilioMessageWriter to) {
    send(to.clear());
    if (record.trips().clear(table.nanoTime())) {
      send(to.mark(RoundTrips.QUIET));
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
    } else {
      look();
    }
  }

  private void look() {
    switch (peer.look(elapsedMs())) {
      case FINE -> {}
      case PING -> ping();
      case DEAD -> lose("no sign of life after a ping");
      case SILENT -> lose("no message for too long");
    }
  }

  private void lose(String why) {
    log.warn("{} {}", kv("callSid", callSid()), why);
    close(FAILED, why, StreamEnd.INTERRUPTED);
  }

  /** Keeps proxies from taking a quiet socket for a dead one, and us too. */
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
    table.remove(this, callSid(), lane, why);
    if (workerFrames != null && !workerDone) {
      workerFrames.send(endFrame(why));
    }
    if (began && start != null && admitted != null) {
      tellEnd(start, admitted, reason(why));
    }
  }

  private String reason(StreamEnd why) {
    return workerDone ? "agent_done" : superseded ? "superseded" : why.text();
  }

  private void tellEnd(TwilioMessage.Start begun, Admitted stream, String reason) {
    log.info(
        "{} {} stream ended: {}, {} frames in, {} out, {} ms dropped, {} bad messages",
        kv("callSid", begun.callSid()),
        kv("conversationId", stream.conversationId()),
        reason,
        record.framesIn(),
        record.framesOut(),
        record.droppedMs(),
        record.offences());
    record.tell(table.metrics(), opening.highMs(), outbound.highMs());
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
                .put("framesIn", record.framesIn())
                .put("framesOut", record.framesOut())
                .put("droppedMs", record.droppedMs())
                .put("badMessages", record.offences())
                .put("record", record()));
  }

  /** Whether the worker ended it. */
  boolean isWorkerDone() {
    return workerDone;
  }

  boolean isAdmitted() {
    return admitted != null;
  }

  /** The stream as an operator sees it. */
  JsonObject toJson() {
    return new JsonObject()
        .put("callSid", callSid())
        .put("streamSid", start == null ? "" : start.streamSid())
        .put("conversationId", admitted == null ? "" : admitted.conversationId())
        .put("connectorId", admitted == null ? "" : admitted.connectorId())
        .put("state", state.name().toLowerCase(Locale.ROOT))
        .put("worker", worker)
        .put("durationMs", elapsedMs())
        .put("record", record());
  }

  private JsonObject record() {
    return record.toJson(opening.highMs(), outbound.highMs());
  }

  private Frame endFrame(StreamEnd why) {
    return Frame.signal(key, FrameKind.END, sequence++, elapsedMs(), why.text());
  }

  private long elapsedMs() {
    return (table.nanoTime() - acceptedAt) / 1_000_000;
  }

  /** The call, once it is known; empty before. */
  String callSid() {
    return start == null ? "" : start.callSid();
  }

  private String name() {
    return Long.toHexString(key);
  }
}
