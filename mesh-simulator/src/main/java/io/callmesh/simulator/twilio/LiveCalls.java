package io.callmesh.simulator.twilio;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The calls in progress by CallSid, and the last ones that ended. Thread-safe. */
final class LiveCalls {
  private static final int ENDED = 10_000;

  private final Map<String, SimulatedCall> live = new ConcurrentHashMap<>();
  private final Map<String, Boolean> ended = Collections.synchronizedMap(new Recent());

  /** Forgets the eldest. */
  private static final class Recent extends LinkedHashMap<String, Boolean> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
      return size() > ENDED;
    }
  }

  void add(SimulatedCall call) {
    live.put(call.plan().callSid(), call);
  }

  void remove(SimulatedCall call) {
    live.remove(call.plan().callSid(), call);
    ended.put(call.plan().callSid(), true);
  }

  @Nullable SimulatedCall find(String callSid) {
    return live.get(callSid);
  }

  boolean hasEnded(String callSid) {
    return ended.containsKey(callSid);
  }
}
