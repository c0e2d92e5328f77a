package io.callmesh.contracts.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;

/**
 * Carries an immutable record over the bus: as it is inside a JVM, as length-prefixed JSON (32-bit
 * big-endian byte count, UTF-8) between nodes. For short questions; audio has its own codec.
 *
 * @param <T> the record; it is shared between threads, so it must be immutable
 */
public final class JsonCodec<T> implements MessageCodec<T, T> {
  private final String name;
  private final Class<T> type;
  private final Function<T, JsonObject> write;
  private final Function<JsonObject, T> read;

  /**
   * @param name written out and versioned ({@code open-session.v1}), because old and new nodes meet
   */
  public JsonCodec(
      String name, Class<T> type, Function<T, JsonObject> write, Function<JsonObject, T> read) {
    this.name = name;
    this.type = type;
    this.write = write;
    this.read = read;
  }

  /** The record's class, for registration as the default codec of that class. */
  public Class<T> type() {
    return type;
  }

  @Override
  public void encodeToWire(Buffer buffer, T message) {
    byte[] json = write.apply(message).toBuffer().getBytes();
    buffer.appendInt(json.length).appendBytes(json);
  }

  @Override
  public T decodeFromWire(int pos, Buffer buffer) {
    int start = pos + Integer.BYTES;
    return read.apply(new JsonObject(buffer.slice(start, start + buffer.getInt(pos))));
  }

  @Override
  public T transform(T message) {
    return message;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
