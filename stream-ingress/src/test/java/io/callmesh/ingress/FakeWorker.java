package io.callmesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.contracts.bus.Addresses;
import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.session.OpenSession;
import io.callmesh.contracts.session.SessionOpened;
import io.callmesh.contracts.session.WorkerPresence;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker on the bus that keeps what it is sent and answers as the test wants. */
final class FakeWorker {
  /** What it does with a request to open a session. */
  enum Manner {
    OPEN,
    BUSY,
    REFUSE,
    WAIT
  }

  private final Vertx vertx;
  private final String instance;
  private final BlockingQueue<Message<OpenSession>> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
  private volatile Manner manner = Manner.OPEN;

  private FakeWorker(Vertx vertx, String instance) {
    this.vertx = vertx;
    this.instance = instance;
  }

  static FakeWorker start(Vertx vertx, String instance) throws Exception {
    FakeWorker worker = new FakeWorker(vertx, instance);
    MessageConsumer<OpenSession> open =
        vertx.eventBus().consumer(Addresses.workerOpen(instance), worker::asked);
    MessageConsumer<Frame> frames =
        vertx
            .eventBus()
            .consumer(
                Addresses.workerFrames(instance), message -> worker.frames.add(message.body()));
    Future.all(open.completion(), frames.completion()).await(10, TimeUnit.SECONDS);
    return worker;
  }

  FakeWorker that(Manner how) {
    manner = how;
    return this;
  }

  /** Publishes its presence; the rarer the sessions, the likelier it is chosen. */
  void present(int sessions) {
    vertx
        .eventBus()
        .publish(
            Addresses.WORKER_PRESENCE, new WorkerPresence(instance, "p", sessions, 100, false));
  }

  private void asked(Message<OpenSession> message) {
    switch (manner) {
      case OPEN -> message.reply(new SessionOpened(instance));
      case BUSY -> message.fail(FailureCode.BUSY.code(), "full");
      case REFUSE -> message.fail(FailureCode.BAD_REQUEST.code(), "no");
      case WAIT -> {}
    }
    requests.add(message); // last: who sees it knows that the answer is on its way
  }

  /** The next request to open a session. */
  OpenSession asked() throws InterruptedException {
    return request().body();
  }

  /** The next request, to be answered by {@link #open}. */
  Message<OpenSession> request() throws InterruptedException {
    Message<OpenSession> request = requests.poll(10, TimeUnit.SECONDS);
    assertThat(request).as("a request to open").isNotNull();
    return request;
  }

  void open(Message<OpenSession> request) {
    request.reply(new SessionOpened(instance));
  }

  boolean wasAsked() {
    return !requests.isEmpty();
  }

  /** The next frame from the ingress. */
  Frame frame() throws InterruptedException {
    Frame frame = frames.poll(10, TimeUnit.SECONDS);
    assertThat(frame).as("a frame").isNotNull();
    return frame;
  }

  boolean hasFrames() {
    return !frames.isEmpty();
  }

  void send(OpenSession session, Frame frame) {
    vertx.eventBus().send(session.ingressAddress(), frame);
  }

  void signal(OpenSession session, FrameKind kind, String text) {
    send(session, Frame.signal(session.streamKey(), kind, 0, 0, text));
  }

  void audio(OpenSession session, byte[] payload) {
    send(session, new Frame(session.streamKey(), FrameKind.AUDIO, 0, 0, payload));
  }
}
