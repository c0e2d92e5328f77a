package io.callmesh.simulator.agent;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one session of the scripted agent. Thread-safe. Events are short texts in the
 * order of their happening:
 *
 * <ul>
 *   <li>{@code start}, {@code resume}: the session's first message
 *   <li>{@code say <prompt>}: a prompt was begun; {@code played <prompt>} or {@code cleared
 *       <prompt> <heard ms>} when its mark came back
 *   <li>{@code spoken}: the caller paused after speech; {@code interrupted <prompt>}
 *   <li>{@code dtmf}: a key (which one is not told), {@code handoff}, {@code handoff accepted},
 *       {@code handoff refused}, {@code hangup}
 *   <li>{@code end <reason>}: {@code session.end}; {@code closed}: the WebSocket is gone
 * </ul>
 */
public final class SessionRecord {
  private static final int MOST_EVENTS = 10_000;

  private final MultiMap headers;
  private final List<String> events = new ArrayList<>();
  private final List<Awaited> awaited = new ArrayList<>();
  private @Nullable JsonObject start;
  private @Nullable JsonObject handoff;
  private long callerAudioMs;
  private long callerSpeechMs;
  private long unknownMessages;
  private long malformedMessages;

  private record Awaited(String event, Promise<Void> promise) {}

  /**
   * @param headers of the request that opened the WebSocket
   */
  SessionRecord(MultiMap headers) {
    this.headers = headers;
  }

  synchronized void started(JsonObject message) {
    start = message.copy();
  }

  synchronized void handedOff(JsonObject message) {
    handoff = message.copy();
  }

  synchronized void heard(long audioMs) {
    callerAudioMs = audioMs;
  }

  synchronized void spoken(long speechMs) {
    callerSpeechMs += speechMs;
  }

  synchronized void unknown() {
    unknownMessages++;
  }

  synchronized void malformed() {
    malformedMessages++;
  }

  void happened(String event) {
    List<Awaited> due = new ArrayList<>();
    synchronized (this) {
      if (events.size() < MOST_EVENTS) {
        events.add(event);
      }
      awaited.removeIf(one -> one.event().equals(event) && due.add(one));
    }
    due.forEach(one -> one.promise().tryComplete());
  }

  /** What happened so far. */
  public synchronized List<String> events() {
    return List.copyOf(events);
  }

  /** Succeeds when an event has happened; at once when it already has. Never fails. */
  public Future<Void> when(String event) {
    Promise<Void> promise = Promise.promise();
    synchronized (this) {
      if (!events.contains(event)) {
        awaited.add(new Awaited(event, promise));
        return promise.future();
      }
    }
    return Future.succeededFuture();
  }

  /** A header of the request that opened the WebSocket; null when it had none of that name. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /** The {@code session.start} received; null before. */
  public synchronized @Nullable JsonObject start() {
    return start == null ? null : start.copy();
  }

  /** The last {@code handoff} sent; null before. */
  public synchronized @Nullable JsonObject handoff() {
    return handoff == null ? null : handoff.copy();
  }

  /** How much audio came from the caller, in milliseconds. */
  public synchronized long callerAudioMs() {
    return callerAudioMs;
  }

  /** How much speech was in it, in milliseconds, pauses not counted. */
  public synchronized long callerSpeechMs() {
    return callerSpeechMs;
  }

  /** Messages of a type that the protocol does not know. */
  public synchronized long unknownMessages() {
    return unknownMessages;
  }

  /** Messages that were no JSON objects, or lacked a field. */
  public synchronized long malformedMessages() {
    return malformedMessages;
  }
}
