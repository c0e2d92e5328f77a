package io.callmesh.worker.agent.openai;

import java.util.function.Consumer;

/**
 * Puts the keys that the caller presses together, because a model that answers each digit of a
 * number is of no use: a hash, a pause or too many of them end what belongs together.
 */
final class Keys {
  static final long PAUSE_MS = 1_500;
  static final int MAX = 32;

  private final Wire wire;
  private final Consumer<String> complete;
  private final StringBuilder pressed = new StringBuilder();
  private long pause = -1;

  /**
   * @param complete takes the keys, one character each
   */
  Keys(Wire wire, Consumer<String> complete) {
    this.wire = wire;
    this.complete = complete;
  }

  void press(String key) {
    wire.cancel(pause);
    pause = -1;
    pressed.append(key);
    if (key.equals("#") || pressed.length() >= MAX) {
      flush();
    } else {
      pause = wire.later(PAUSE_MS, this::flush);
    }
  }

  private void flush() {
    pause = -1;
    complete.accept(take());
  }

  /** The keys that wait for more of them, which wait no longer. */
  String take() {
    String keys = pressed.toString();
    pressed.setLength(0);
    return keys;
  }
}
