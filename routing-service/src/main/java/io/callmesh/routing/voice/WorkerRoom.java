package io.callmesh.routing.voice;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.session.WorkerPresence;
import io.callmesh.runtime.bus.WorkerDirectory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Whether the workers have room, by what they say of themselves on the bus. One event loop's own.
 */
final class WorkerRoom implements CallFlow.Room {
  private final WorkerDirectory workers;
  private final long listeningSince;
  private boolean heardAny;

  private WorkerRoom(String processId) {
    this.workers = new WorkerDirectory(processId, System::nanoTime, new Random());
    this.listeningSince = System.nanoTime();
  }

  /** Listens on the calling context; succeeds when it hears. */
  static Future<WorkerRoom> listen(Vertx vertx, String processId) {
    WorkerRoom room = new WorkerRoom(processId);
    MessageConsumer<WorkerPresence> presence =
        vertx.eventBus().consumer(Addresses.WORKER_PRESENCE, message -> room.heard(message.body()));
    vertx.setPeriodic(WorkerPresence.SILENT_AFTER.toMillis(), id -> room.forget());
    return presence
        .completion()
        .map(
            listening -> {
              vertx.eventBus().publish(Addresses.WORKER_ROLL_CALL, "");
              return room;
            });
  }

  private void heard(WorkerPresence presence) {
    heardAny = true;
    workers.heard(presence);
  }

  private void forget() {
    List<String> unused = workers.forgetSilent();
  }

  @Override
  public boolean forOneMore() {
    return workers.choose(Set.of()).isPresent() || isNew();
  }

  /** Who has only just begun to listen, and heard nobody, knows nothing yet. */
  private boolean isNew() {
    return !heardAny && System.nanoTime() - listeningSince < WorkerPresence.SILENT_AFTER.toNanos();
  }
}
