package io.callmesh.routing.voice;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.session.WorkerPresence;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerRoomTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();

  @BeforeEach
  void start() {
    BusCodecs.registerOn(vertx.eventBus());
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  private WorkerRoom listen() throws Exception {
    Promise<WorkerRoom> listening = Promise.promise();
    loop.runOnContext(on -> WorkerRoom.listen(vertx, "p").onComplete(listening));
    return listening.future().await(10, SECONDS);
  }

  /** On the room's loop, behind what it has been told. */
  private boolean forOneMore(WorkerRoom room) throws Exception {
    Promise<Boolean> answer = Promise.promise();
    loop.runOnContext(now -> answer.complete(room.forOneMore()));
    return answer.future().await(10, SECONDS);
  }

  /** Returns when everyone who listens has been told; all consumers are on the same loop. */
  private void tell(int sessions) throws Exception {
    Promise<WorkerPresence> heard = Promise.promise();
    Promise<Void> ready = Promise.promise();
    loop.runOnContext(
        on -> {
          MessageConsumer<WorkerPresence> last =
              vertx
                  .eventBus()
                  .consumer(
                      Addresses.WORKER_PRESENCE, message -> heard.tryComplete(message.body()));
          last.completion().onComplete(ready);
        });
    ready.future().await(10, SECONDS);
    vertx
        .eventBus()
        .publish(Addresses.WORKER_PRESENCE, new WorkerPresence("w1", "p", sessions, 2, false));
    Future<WorkerPresence> told = heard.future();
    assertThat(told.await(10, SECONDS).sessions()).isEqualTo(sessions);
  }

  @Test
  void supposesRoomUntilAWorkerHasSpoken() throws Exception {
    WorkerRoom room = listen();

    assertThat(forOneMore(room)).isTrue();
  }

  @Test
  void believesTheFirstWorkerThatSaysItIsFull() throws Exception {
    WorkerRoom room = listen();

    tell(2);
    assertThat(forOneMore(room)).isFalse();
    tell(1);
    assertThat(forOneMore(room)).isTrue();
  }
}
