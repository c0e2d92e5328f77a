package io.callmesh.handoff.live;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events (the HTML standard, 9.2) as an answer. Whoever does not read is dropped, so
 * that nothing queues up. For the connection's event loop.
 */
final class EventStream {
  private static final Logger log = LoggerFactory.getLogger(EventStream.class);

  /** Bytes that may wait for a client: the largest snapshot and some news. */
  private static final int MAX_WAITING = 256 * 1024;

  /** How long a client waits before it comes again, in ms. */
  private static final int RETRY_MS = 2_000;

  private final HttpServerResponse response;

  EventStream(HttpServerResponse response) {
    this.response = response;
  }

  /** Begins the answer. */
  void open() {
    response
        .setChunked(true)
        .setWriteQueueMaxSize(MAX_WAITING)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Accel-Buffering", "no"); // nginx would wait for a full buffer
    write("retry: " + RETRY_MS + "\n\n");
  }

  /** Whether the client takes what it is sent; otherwise it must be dropped. */
  boolean isTaken() {
    return !response.writeQueueFull();
  }

  /**
   * Sends an event.
   *
   * @param json its data; line breaks between its tokens are made spaces
   */
  void event(String name, String json) {
    String line = json.replace('\n', ' ').replace('\r', ' ');
    write("event: " + name + "\ndata: " + line + "\n\n");
  }

  /** Shows the client and all proxies that the stream is alive. */
  void heartbeat() {
    write(":\n\n");
  }

  private void write(String text) {
    if (!response.ended() && !response.closed()) {
      response.write(text).onFailure(EventStream::gone);
    }
  }

  /** Ends it in order; succeeds when the end is on its way, or nobody is there to take it. */
  Future<Void> end() {
    if (response.ended() || response.closed()) {
      return Future.succeededFuture();
    }
    return response.end().onFailure(EventStream::gone).otherwiseEmpty();
  }

  /** Cuts the connection. */
  void drop() {
    response.reset().onFailure(EventStream::gone);
  }

  private static void gone(Throwable cause) {
    log.debug("the client of a stream is gone: {}", cause.toString());
  }
}
