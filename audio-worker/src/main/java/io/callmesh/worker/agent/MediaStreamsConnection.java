package io.callmesh.worker.agent;

import static net.logstash.logback.argument.StructuredArguments.kv;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.contracts.handoff.HandoffData;
import io.callmesh.worker.agent.MediaStreamsReader.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a bot written for Twilio Media Streams, to whom this is Twilio.
 *
 * <p>Such a bot knows one way to end its part of a call, and that is to close the socket: Twilio
 * then goes on with the verb behind {@code <Connect>}. Here the connector's destinations are what
 * comes next, so a bot that closes normally hands the call off to the first of them, and hangs up
 * when there is none or handoffs are forbidden. A close reason, which Twilio does not look at, can
 * say more: {@code hangup}, {@code handoff}, {@code handoff <destination>}. Every other way to lose
 * the socket is a lost agent.
 */
final class MediaStreamsConnection implements AgentConnection, AgentSocket.Receiver {
  private static final Logger log = LoggerFactory.getLogger(MediaStreamsConnection.class);
  private static final String HANGUP = "hangup";
  private static final String HANDOFF_TO = "handoff ";
  private static final String CLOSED = "agent_closed";

  private final AgentSocket socket;
  private final Connector connector;
  private final String callSid;
  private final String streamSid;
  private final AgentListener listener;
  private final Runnable lost;
  private final MediaStreamsWriter messages;

  /** Marks of this connection that have not been sent back; Playout bounds how many there are. */
  private final List<String> marks = new ArrayList<>();

  private boolean warned;

  MediaStreamsConnection(
      AgentSocket socket, SessionStart start, AgentListener listener, Runnable lost) {
    this.socket = socket;
    this.connector = start.connector();
    this.callSid = start.open().callSid();
    this.streamSid = streamSid(start);
    this.listener = listener;
    this.lost = lost;
    this.messages = new MediaStreamsWriter(streamSid, start);
    socket.open(this, this::closed);
    socket.writeText(messages.connected());
    socket.writeText(messages.start());
  }

  /** Twilio never sends a stream's start twice, so a bot may take the same SID for a mistake. */
  private static String streamSid(SessionStart start) {
    return start.resume() ? "MZ" + Ids.hex(16) : start.open().streamSid();
  }

  @Override
  public void text(byte[] utf8) {
    Message message = MediaStreamsReader.read(utf8);
    byte[] audio = message.audio();
    if (!message.isFor(streamSid)) {
      ignore();
    } else if (audio != null) {
      listener.audio(audio);
    } else {
      signal(message);
    }
  }

  private void signal(Message message) {
    String mark = message.mark();
    if (mark != null) {
      marks.add(mark);
      listener.mark(mark);
    } else if (message.isClear()) {
      listener.clear();
    } else {
      ignore();
    }
  }

  @Override
  public void binary(byte[] ignored) {
    ignore();
  }

  /** As Twilio does with its warning 31951, which it too gives once for a stream. */
  private void ignore() {
    socket.notUnderstood();
    listener.malformed();
    if (!warned) {
      warned = true;
      log.warn("{} agent sent an invalid message (Twilio: 31951)", kv("callSid", callSid));
    }
  }

  private void closed() {
    if (socket.closedNormally()) {
      listener.left(wish(socket.closeReason()));
    } else {
      lost.run();
    }
  }

  /** Null for a hangup. */
  private @Nullable HandoffRequest wish(@Nullable String closeReason) {
    String reason = closeReason == null ? "" : closeReason.strip();
    if (reason.equals(HANGUP) || connector.disableHandoff() || connector.destinations().isEmpty()) {
      return null;
    }
    String wanted = reason.startsWith(HANDOFF_TO) ? reason.substring(HANDOFF_TO.length()) : null;
    String known = connector.destination(wanted).isPresent() ? wanted : null;
    return new HandoffRequest(known, CLOSED, null, false, null, HandoffData.EMPTY);
  }

  @Override
  public void audio(byte[] mulaw) {
    socket.writeText(messages.media(mulaw));
  }

  @Override
  public void skipped(long mulawBytes) {
    messages.skip(mulawBytes);
  }

  @Override
  public void dtmf(String digit) {
    socket.writeText(messages.dtmf(digit));
  }

  /**
   * Twilio sends a mark back alike whether it was played or cleared; one of the connection before
   * was set on another stream, and means nothing to the bot on this one.
   */
  @Override
  public void mark(String name, boolean played, long heardMs) {
    if (marks.remove(name)) {
      socket.writeText(messages.mark(name));
    }
  }

  @Override
  public void handoffResult(HandoffResult result) {
    // Not a word of Twilio's: who asks for a handoff in this protocol has left.
  }

  @Override
  public boolean ping() {
    return socket.ping();
  }

  @Override
  public void end(SessionEnd reason) {
    socket.writeText(messages.stop());
    drop();
  }

  @Override
  public void drop() {
    socket.drop();
  }

  @Override
  public boolean congested() {
    return socket.congested();
  }

  @Override
  public void onDrained(Runnable drained) {
    socket.onDrained(drained);
  }
}
