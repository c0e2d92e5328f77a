package io.callmesh.runtime.socket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane on either side of a real socket; the other side is plain Vert.x. */
class FrameLaneTest {
  private static final int MAX_FRAME_BYTES = 1 << 20;
  private static final int MAX_MESSAGE_BYTES = 200_000;

  /** One event loop, so that every context is on the sockets' own. */
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  private final BlockingQueue<Object> onLane = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> onVertx = new LinkedBlockingQueue<>();
  private final Promise<FrameLane> serverLane = Promise.promise();
  private final Promise<ChannelPipeline> serverPipeline = Promise.promise();
  private WebSocketClient client;
  private HttpServer server;

  /** Tells everything to the test. */
  private final class Recorder implements LaneReceiver {
    @Override
    public void ping(int bytes) {
      onLane.add("PING " + bytes);
    }

    @Override
    public void text(byte[] utf8, int length) {
      assertThat(Vertx.currentContext()).isNotNull();
      onLane.add(new String(utf8, 0, length, StandardCharsets.UTF_8));
    }

    @Override
    public void binary(byte[] bytes, int length) {
      onLane.add(Arrays.copyOf(bytes, length));
    }

    @Override
    public void tooLong() {
      onLane.add("TOO LONG");
    }

    @Override
    public void drained() {
      onLane.add("DRAINED");
    }
  }

  /** What Vert.x is told, when somebody asks. */
  private final class ToVertx extends ChannelInboundHandlerAdapter {
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
      if (changed.channel().isWritable()) {
        onLane.add("VERTX WRITES");
      }
      changed.fireChannelWritabilityChanged();
    }
  }

  @BeforeEach
  void start() throws Exception {
    client =
        vertx.createWebSocketClient(new WebSocketClientOptions().setMaxFrameSize(MAX_FRAME_BYTES));
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setMaxWebSocketFrameSize(MAX_FRAME_BYTES))
            .requestHandler(
                request -> {
                  if (request.path().equals("/lane")) {
                    laneOnServer(request);
                  } else {
                    echo(request);
                  }
                })
            .listen(0, "localhost")
            .await(10, SECONDS);
  }

  private void laneOnServer(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    request
        .toWebSocket()
        .onSuccess(
            socket -> {
              socket.closeHandler(closed -> onLane.add("CLOSED " + socket.closeStatusCode()));
              FrameLane lane =
                  FrameLane.ofServer(
                      vertx.getOrCreateContext(), connection, new Recorder(), MAX_MESSAGE_BYTES);
              lane.open();
              ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
              serverPipeline.complete(pipeline);
              pipeline.addBefore("handler", "told", new ToVertx());
              serverLane.complete(lane);
            })
        .onFailure(serverLane::fail);
  }

  private static ByteBuf maskedPing(String text) {
    return Unpooled.buffer()
        .writeBytes(new byte[] {(byte) 0x89, (byte) (0x80 | text.length()), 0, 0, 0, 0})
        .writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private void echo(HttpServerRequest request) {
    request
        .toWebSocket()
        .onSuccess(
            socket -> {
              socket.binaryMessageHandler(
                  bytes -> socket.writeBinaryMessage(bytes).onFailure(onVertx::add));
              socket.textMessageHandler(
                  text -> socket.writeTextMessage(text).onFailure(onVertx::add));
            })
        .onFailure(onVertx::add);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, SECONDS);
  }

  @Test
  void takesWholeMessagesAndMessagesInPieces() throws Exception {
    WebSocket peer = connect("/lane");

    Buffer piece = Buffer.buffer("äö");
    write(peer.writeTextMessage("whole"));
    write(peer.writeFrame(WebSocketFrame.textFrame("in ", false)));
    write(peer.writePing(Buffer.buffer("between")));
    write(peer.writeFrame(WebSocketFrame.continuationFrame(piece.slice(0, 1), false)));
    write(peer.writeFrame(WebSocketFrame.continuationFrame(piece.slice(1, 4), true)));
    write(peer.writeBinaryMessage(Buffer.buffer(new byte[] {1, 2})));

    assertThat(next(onLane)).isEqualTo("whole");
    assertThat(next(onLane)).isEqualTo("in äö");
    assertThat(next(onLane)).isEqualTo(new byte[] {1, 2});
    assertThat(next(onVertx)).isEqualTo("PONG between");
  }

  @Test
  void refusesAMessageThatGrowsTooLong() throws Exception {
    WebSocket peer = connect("/lane");

    Buffer most = Buffer.buffer(new byte[60_000]);
    write(peer.writeFrame(WebSocketFrame.binaryFrame(most, false)));
    for (int i = 0; i < 3; i++) {
      write(peer.writeFrame(WebSocketFrame.continuationFrame(most, false)));
    }
    write(peer.writeFrame(WebSocketFrame.continuationFrame(most, true)));
    write(peer.writeTextMessage("next"));

    assertThat(next(onLane)).isEqualTo("TOO LONG");
    assertThat(next(onLane)).isEqualTo("next");
  }

  @Test
  void leavesClosingToVertx() throws Exception {
    WebSocket peer = connect("/lane");

    write(peer.close((short) 1001, "bye"));

    assertThat(next(onLane)).isEqualTo("CLOSED 1001");
  }

  @Test
  void writesAsAServer() throws Exception {
    connect("/lane");
    FrameLane lane = serverLane.future().await(10, SECONDS);

    byte[] text = "..grüße..".getBytes(StandardCharsets.UTF_8);
    vertx.runOnContext(
        on -> {
          lane.text(text, 2, text.length - 4);
          lane.binary(new byte[70_000], 0, 70_000);
        });

    assertThat(next(onVertx)).isEqualTo("grüße");
    assertThat(next(onVertx)).isEqualTo(Buffer.buffer(new byte[70_000]));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 125, 126, 160, 640, 4_096, 4_099, 65_535, 65_536, 150_001})
  void writesAsAClientWhatComesBackTheSame(int length) throws Exception {
    byte[] sent = new byte[length + 5];
    new Random(length).nextBytes(sent);

    FrameLane lane = laneOnClient();
    vertx.runOnContext(on -> lane.binary(sent, 3, length));

    byte[] back = (byte[]) nextData();
    assertThat(Arrays.equals(back, Arrays.copyOfRange(sent, 3, 3 + length))).isTrue();
  }

  @Test
  void answersNoPingOfAPeerThatDoesNotReadAndTellsWhenItHasCaughtUp() throws Exception {
    WebSocket peer = connect("/lane");
    FrameLane lane = serverLane.future().await(10, SECONDS);
    peer.pause();

    Promise<Boolean> full = Promise.promise();
    vertx.runOnContext(
        on -> {
          byte[] much = new byte[64 * 1024];
          for (int i = 0; i < 400 && !lane.full(); i++) {
            lane.binary(much, 0, much.length);
          }
          onLane.clear(); // each of the first was too much for a moment
          ChannelPipeline pipeline = serverPipeline.future().result();
          pipeline.fireChannelRead(maskedPing("early")); // before anything is written out
          full.complete(lane.full());
        });
    assertThat(full.future().await(10, SECONDS)).isTrue();
    assertThat(next(onLane)).isEqualTo("PING 5");
    peer.resume();

    assertThat(next(onLane)).isEqualTo("VERTX WRITES");
    assertThat(next(onLane)).isEqualTo("DRAINED");
    write(peer.writePing(Buffer.buffer("late")));
    assertThat(nextPong()).isEqualTo("PONG late");
  }

  @Test
  void readsNothingWhilePaused() throws Exception {
    WebSocket peer = connect("/lane");
    FrameLane lane = serverLane.future().await(10, SECONDS);
    onLoop(lane::pause);
    write(peer.writeTextMessage("waits"));
    write(peer.writePing(Buffer.buffer("too")));
    onLoop(() -> onLane.add("RESUMED"));
    onLoop(lane::resume);

    assertThat(next(onLane)).isEqualTo("RESUMED");
    assertThat(next(onLane)).isEqualTo("waits");
  }

  private FrameLane laneOnClient() throws Exception {
    Promise<FrameLane> lane = Promise.promise();
    vertx.runOnContext(
        on ->
            client
                .connect(server.actualPort(), "localhost", "/echo")
                .onSuccess(
                    socket ->
                        lane.complete(
                            FrameLane.ofClient(
                                vertx.getOrCreateContext(),
                                socket,
                                new Recorder(),
                                MAX_MESSAGE_BYTES)))
                .onFailure(lane::fail));
    return lane.future().await(10, SECONDS);
  }

  @CanIgnoreReturnValue
  private WebSocket connect(String path) throws Exception {
    Future<WebSocket> peer =
        client
            .connect(server.actualPort(), "localhost", path)
            .onSuccess(
                socket -> {
                  socket.textMessageHandler(onVertx::add);
                  socket.binaryMessageHandler(onVertx::add);
                  socket.pongHandler(pong -> onVertx.add("PONG " + pong));
                });
    WebSocket socket = peer.await(10, SECONDS);
    if (path.equals("/lane")) {
      assertThat(serverLane.future().await(10, SECONDS)).isNotNull();
    }
    return socket;
  }

  private void onLoop(Runnable action) throws Exception {
    Promise<Void> done = Promise.promise();
    vertx.runOnContext(
        on -> {
          action.run();
          done.complete();
        });
    done.future().await(10, SECONDS);
  }

  private static void write(Future<Void> written) throws Exception {
    written.await(10, SECONDS);
  }

  private @Nullable Object nextPong() throws InterruptedException {
    Object next = next(onVertx);
    return next instanceof Buffer ? nextPong() : next;
  }

  /** Large messages fill the queue for a moment. */
  private @Nullable Object nextData() throws InterruptedException {
    Object next = next(onLane);
    return "DRAINED".equals(next) ? nextData() : next;
  }

  private static @Nullable Object next(BlockingQueue<Object> queue) throws InterruptedException {
    return queue.poll(10, SECONDS);
  }
}
