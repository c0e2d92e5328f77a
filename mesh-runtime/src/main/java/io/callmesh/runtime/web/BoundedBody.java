package io.callmesh.runtime.web;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.vertx.ext.web.codec.BodyCodec;
import io.vertx.ext.web.codec.spi.BodyStream;
import org.jspecify.annotations.Nullable;

/** The beginning of a body that we asked for: what goes beyond the bound is read and dropped. */
public final class BoundedBody implements BodyStream<Buffer> {
  private final Buffer kept = Buffer.buffer();
  private final Promise<Buffer> whole = Promise.promise();
  private final int most;

  private BoundedBody(int most) {
    this.most = most;
  }

  /** A codec that keeps at most so many bytes. */
  public static BodyCodec<Buffer> ofAtMost(int bytes) {
    return () -> new BoundedBody(bytes);
  }

  @Override
  public Future<Buffer> result() {
    return whole.future();
  }

  @Override
  public Future<Void> write(Buffer data) {
    kept.appendBuffer(data, 0, Math.min(data.length(), most - kept.length()));
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> end() {
    whole.tryComplete(kept);
    return Future.succeededFuture();
  }

  @Override
  public void handle(Throwable cause) {
    whole.tryFail(cause);
  }

  @Override
  public BoundedBody exceptionHandler(@Nullable Handler<Throwable> handler) {
    return this;
  }

  @Override
  public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
    return this;
  }

  @Override
  public boolean writeQueueFull() {
    return false;
  }

  @Override
  public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
    return this;
  }
}
