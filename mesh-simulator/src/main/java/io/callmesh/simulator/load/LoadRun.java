package io.callmesh.simulator.load;

import io.callmesh.simulator.load.LoadReport.Frames;
import io.callmesh.simulator.load.LoadReport.Spread;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One load, from the first connection to the report. Used once, by a thread that may wait. */
public final class LoadRun implements LoadStream.StreamWatcher {
  private static final int CONNECT_TIMEOUT_MS = 15_000;
  private static final Duration OPENING_LIMIT = Duration.ofSeconds(20);
  private static final Duration CLOSING_LIMIT = Duration.ofSeconds(3);
  private static final Duration GLANCE = Duration.ofSeconds(2);
  private static final long DRAIN_GLANCE_MS = 20;

  private final LoadPlan plan;
  private final @Nullable ServerProcess server;
  private final Consumer<String> progress;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final List<LoadStream> streams = new ArrayList<>();
  private final Map<String, Integer> faults = new TreeMap<>();
  private final CountDownLatch answered;
  private final CountDownLatch closed;
  private final Tally tally = new Tally();
  private int open;

  /**
   * A load to be run.
   *
   * @param server the server's process, to be measured too; null for none
   * @param progress is told how it goes, in lines for people
   */
  public LoadRun(LoadPlan plan, @Nullable ServerProcess server, Consumer<String> progress) {
    this.plan = plan;
    this.server = server;
    this.progress = progress;
    this.answered = new CountDownLatch(plan.streams());
    this.closed = new CountDownLatch(plan.streams());
  }

  /**
   * Runs it.
   *
   * @throws LoadException when no stream could be opened
   */
  public LoadReport run() throws LoadException, InterruptedException {
    try {
      long residentBefore = server == null ? 0 : server.residentBytes();
      long heapBefore = server == null ? 0 : server.heapAfterCollection().orElse(0);
      Pacemaker pacemaker = open();
      watch(plan.warmUp(), "warming up");
      Measured measured = measure(pacemaker);
      drain();
      LoadReport.Server process =
          server == null
              ? null
              : new LoadReport.Server(
                  server.pid(),
                  measured.server(),
                  residentBefore,
                  server.residentBytes(),
                  heapBefore,
                  server.heapAfterCollection().orElse(0));
      LoadReport report = inLoop(() -> report(measured, process));
      close();
      return report;
    } finally {
      var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private record Measured(int open, double seconds, CpuTime own, CpuTime server) {}

  private Pacemaker open() throws LoadException, InterruptedException {
    progress.accept("opening " + plan.streams() + " streams");
    ServerMessages messages = new ServerMessages();
    for (int i = 0; i < plan.streams(); i++) {
      streams.add(new LoadStream(i, plan, tally, messages, this));
    }
    Pacemaker pacemaker = new Pacemaker(loop, streams, tally);
    pacemaker.start();
    Bootstrap bootstrap = bootstrap();
    for (int i = 0; i < plan.streams(); i++) {
      LoadStream stream = streams.get(i);
      long afterNanos = plan.rampUp().toNanos() * i / plan.streams();
      var unused =
          loop.schedule(() -> connect(bootstrap, stream), afterNanos, TimeUnit.NANOSECONDS);
    }
    boolean all =
        answered.await(plan.rampUp().plus(OPENING_LIMIT).toMillis(), TimeUnit.MILLISECONDS);
    int opened = inLoop(() -> open);
    if (opened == 0) {
      throw new LoadException(
          all ? String.join(", ", inLoop(() -> faults.keySet())) : "no answer within 20 s");
    }
    return pacemaker;
  }

  private Bootstrap bootstrap() throws LoadException {
    SslContext tls = plan.target().tls() ? tls() : null;
    return new Bootstrap()
        .group(loop)
        .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                if (tls != null) {
                  channel
                      .pipeline()
                      .addLast(
                          "tls",
                          tls.newHandler(
                              channel.alloc(), plan.target().host(), plan.target().port()));
                }
              }
            });
  }

  private SslContext tls() throws LoadException {
    SslContextBuilder builder = SslContextBuilder.forClient();
    if (plan.trusting()) {
      builder
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null);
    }
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new LoadException("TLS does not work here: " + e.getMessage());
    }
  }

  private void connect(Bootstrap bootstrap, LoadStream stream) {
    ChannelFuture connecting = bootstrap.connect(plan.target().host(), plan.target().port());
    var unused =
        connecting.addListener(
            connected -> {
              if (connected.isSuccess()) {
                shakeHands(connecting.channel(), stream);
              } else {
                stream.unreachable(connected.cause());
              }
            });
  }

  private static void shakeHands(Channel channel, LoadStream stream) {
    channel.pipeline().addLast(stream);
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      stream.shakeHands();
      return;
    }
    var unused =
        tls.handshakeFuture()
            .addListener(
                secure -> {
                  if (secure.isSuccess()) {
                    stream.shakeHands();
                  }
                });
  }

  private Measured measure(Pacemaker pacemaker) throws InterruptedException {
    CpuTime ownBefore = CpuTime.of(ProcessHandle.current().pid());
    CpuTime serverBefore = server == null ? new CpuTime(0, 0) : server.cpu();
    long begin = System.nanoTime();
    int measured =
        inLoop(
            () -> {
              tally.late.reset();
              tally.skipped = 0;
              streams.forEach(LoadStream::measure);
              return open;
            });
    watch(plan.measured(), "measuring");
    boolean unused =
        inLoop(
            () -> {
              pacemaker.stop();
              return true;
            });
    double seconds = (System.nanoTime() - begin) / 1e9;
    CpuTime serverAfter = server == null ? new CpuTime(0, 0) : server.cpu();
    return new Measured(
        measured,
        seconds,
        CpuTime.of(ProcessHandle.current().pid()).since(ownBefore),
        serverAfter.since(serverBefore));
  }

  /** Waits, and tells now and then how it goes. */
  private void watch(Duration time, String doing) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(left, GLANCE.toNanos()));
      progress.accept(inLoop(() -> glance(doing)));
    }
  }

  private String glance(String doing) {
    return "%s: %d streams open, %,d frames sent, %,d back, delay p99 %.2f ms, sent late p99 %.2f ms"
        .formatted(
            doing,
            open,
            tally.sent,
            tally.returned,
            tally.delay.getValueAtPercentile(99) / 1e6,
            tally.late.getValueAtPercentile(99) / 1e6);
  }

  private void drain() throws InterruptedException {
    long end = System.nanoTime() + plan.drain().toNanos();
    while (System.nanoTime() < end && inLoop(() -> tally.returned < tally.sent)) {
      TimeUnit.MILLISECONDS.sleep(DRAIN_GLANCE_MS);
    }
  }

  private void close() throws InterruptedException {
    boolean unused =
        inLoop(
            () -> {
              streams.forEach(LoadStream::stop);
              return true;
            });
    boolean all = closed.await(CLOSING_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (!all) {
      progress.accept("the server did not close " + closed.getCount() + " streams");
    }
  }

  private LoadReport report(Measured measured, LoadReport.@Nullable Server process) {
    Frames frames =
        new Frames(
            tally.sent,
            tally.returned,
            tally.outOfOrder,
            tally.duplicated,
            tally.altered,
            tally.unknown,
            tally.malformed,
            tally.skipped,
            tally.marks,
            tally.clears);
    return new LoadReport(
        plan.streams(),
        measured.open(),
        measured.seconds(),
        faults,
        frames,
        spread(tally.delay),
        spread(tally.late),
        measured.own(),
        process);
  }

  private static Spread spread(Histogram nanos) {
    return new Spread(
        nanos.getValueAtPercentile(50) / 1e6,
        nanos.getValueAtPercentile(90) / 1e6,
        nanos.getValueAtPercentile(99) / 1e6,
        nanos.getValueAtPercentile(99.9) / 1e6,
        nanos.getMaxValue() / 1e6);
  }

  private <T> T inLoop(Callable<T> question) throws InterruptedException {
    try {
      return loop.submit(question).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void opened(LoadStream stream) {
    open++;
    answered.countDown();
  }

  @Override
  public void refused(LoadStream stream, String why) {
    faults.merge(why, 1, Integer::sum);
    answered.countDown();
  }

  @Override
  public void lost(LoadStream stream, String why) {
    open--;
    faults.merge(why, 1, Integer::sum);
  }

  @Override
  public void closed(LoadStream stream) {
    closed.countDown();
  }
}
