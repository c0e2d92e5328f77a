package io.callmesh.runtime.bus;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.bus.BusCodecs;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameBusTest {
  private static final String ADDRESS = "worker.frames@w1";

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final BlockingQueue<Integer> arrived = new LinkedBlockingQueue<>();

  private final class Consumer extends VerticleBase {
    private Thread loop = Thread.currentThread();

    @Override
    public Future<?> start() {
      loop = Thread.currentThread();
      return FrameBus.of(vertx).consume(vertx, ADDRESS, this::take);
    }

    private void take(Frame frame) {
      assertThat(Thread.currentThread()).isSameAs(loop);
      assertThat(Vertx.currentContext()).isNotNull();
      arrived.add(frame.sequence());
    }
  }

  @BeforeEach
  void codecs() {
    BusCodecs.registerOn(vertx.eventBus());
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void carriesFramesInOrderFromAnyThread() throws Exception {
    deploy();
    FrameBus.Road road = FrameBus.of(vertx).to(ADDRESS);

    IntStream.range(0, 1_000).forEach(sequence -> road.send(frame(sequence)));

    assertThat(take(1_000)).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
  }

  @Test
  void isNotEnteredAgainByWhoeverItCalls() throws Exception {
    List<String> story = new ArrayList<>();
    Context context = vertx.getOrCreateContext();
    context.runOnContext(
        on ->
            FrameBus.of(vertx)
                .consume(
                    vertx,
                    ADDRESS,
                    frame -> {
                      story.add("in " + frame.sequence());
                      if (frame.sequence() < 2) {
                        FrameBus.of(vertx).to(ADDRESS).send(frame(frame.sequence() + 1));
                      }
                      story.add("out " + frame.sequence());
                      arrived.add(frame.sequence());
                    })
                .onSuccess(ready -> FrameBus.of(vertx).to(ADDRESS).send(frame(0)))
                .onFailure(cause -> arrived.add(-1)));

    assertThat(take(3)).containsExactly(0, 1, 2);
    assertThat(story).containsExactly("in 0", "out 0", "in 1", "out 1", "in 2", "out 2");
  }

  @Test
  void alsoTakesFramesFromTheEventBus() throws Exception {
    deploy();

    vertx.eventBus().send(ADDRESS, frame(7));

    assertThat(take(1)).containsExactly(7);
  }

  @Test
  void goesOverTheEventBusToWhoIsElsewhere() throws Exception {
    vertx
        .eventBus()
        .<Frame>consumer("elsewhere", message -> arrived.add(message.body().sequence()))
        .completion()
        .await(10, SECONDS);

    FrameBus.of(vertx).to("elsewhere").send(frame(3));

    assertThat(take(1)).containsExactly(3);
  }

  @Test
  void bringsNothingToAConsumerThatIsGone() throws Exception {
    String deployment = deploy();
    FrameBus.Road road = FrameBus.of(vertx).to(ADDRESS);
    vertx.undeploy(deployment).await(10, SECONDS);

    road.send(frame(1));
    deploy();
    FrameBus.of(vertx).to(ADDRESS).send(frame(2));

    assertThat(take(1)).containsExactly(2);
  }

  @CanIgnoreReturnValue
  private String deploy() throws Exception {
    return vertx.deployVerticle(new Consumer(), new DeploymentOptions()).await(10, SECONDS);
  }

  private List<Integer> take(int count) throws InterruptedException {
    long deadline = System.nanoTime() + SECONDS.toNanos(10);
    List<Integer> taken = new ArrayList<>();
    while (taken.size() < count) {
      Integer next = arrived.poll(deadline - System.nanoTime(), NANOSECONDS);
      if (next == null) {
        return taken;
      }
      taken.add(next);
    }
    return taken;
  }

  private static Frame frame(int sequence) {
    return new Frame(1, FrameKind.AUDIO, sequence, 0, new byte[160]);
  }
}
