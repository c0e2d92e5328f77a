package io.callmesh.worker.agent.openai;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A connection that keeps what it is told, and whose time passes when a test says so. */
final class FakeWire implements Wire {
  final List<JsonObject> sent = new ArrayList<>();
  final List<Long> delays = new ArrayList<>();
  @Nullable String refused;
  boolean lost;
  private final Map<Long, Runnable> tasks = new LinkedHashMap<>();
  private long last;

  @Override
  public void send(JsonObject event) {
    sent.add(new JsonObject(event.encode()));
  }

  @Override
  public long later(long delayMs, Runnable task) {
    delays.add(delayMs);
    tasks.put(++last, task);
    return last;
  }

  @Override
  public void cancel(long task) {
    tasks.remove(task);
  }

  @Override
  public void lose() {
    lost = true;
  }

  @Override
  public void refuse(String code) {
    refused = code;
    lost = true;
  }

  /** Runs everything that waits for its time. */
  void passTime() {
    List<Runnable> due = new ArrayList<>(tasks.values());
    tasks.clear();
    due.forEach(Runnable::run);
  }

  /** The types of what was sent since the last question, oldest first. */
  List<String> types() {
    return taken().stream().map(event -> event.getString("type")).toList();
  }

  /** What was sent since the last question, oldest first. */
  List<JsonObject> taken() {
    List<JsonObject> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }
}
