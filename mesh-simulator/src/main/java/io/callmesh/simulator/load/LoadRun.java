package io.callmesh.simulator.load;

import io.callmesh.simulator.load.LoadReport.Frames;
import io.callmesh.simulator.load.LoadReport.Spread;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One load, from the first connection to the report. Used once, by a thread that may wait. */
public final class LoadRun {
  private static final Duration OPENING_LIMIT = Duration.ofSeconds(20);
  private static final Duration CLOSING_LIMIT = Duration.ofSeconds(3);
  private static final Duration GLANCE = Duration.ofSeconds(2);
  private static final int MOST_GLANCES = 12;
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
      Memory before = memory();
      Pacemaker pacemaker = open();
      watch(plan.warmUp(), "warming up");
      Measured measured = measure(pacemaker);
      drain();
      Memory with = memory();
      LoadReport report = inLoop(() -> report(measured, process(measured, before, with)));
      close();
      return report;
    } finally {
      var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  /** What the server's process holds; bytes. */
  private record Memory(long resident, long heap) {}

  private Memory memory() throws InterruptedException {
    return server == null
        ? new Memory(0, 0)
        : new Memory(server.residentBytes(), server.heapAfterCollection().orElse(0));
  }

  private LoadReport.@Nullable Server process(Measured measured, Memory before, Memory with) {
    return server == null
        ? null
        : new LoadReport.Server(
            server.pid(),
            measured.server(),
            before.resident(),
            with.resident(),
            before.heap(),
            with.heap());
  }

  private record Measured(int open, double seconds, CpuTime own, CpuTime server) {}

  private Pacemaker open() throws LoadException, InterruptedException {
    progress.accept("opening " + plan.streams() + " streams");
    ServerMessages messages = new ServerMessages();
    Roll roll = new Roll();
    for (int i = 0; i < plan.streams(); i++) {
      streams.add(new LoadStream(i, plan, tally, messages, roll));
    }
    Pacemaker pacemaker = new Pacemaker(loop, streams, tally);
    pacemaker.start();
    Dialer dialer = new Dialer(loop, plan.target(), plan.trusting());
    for (int i = 0; i < plan.streams(); i++) {
      LoadStream stream = streams.get(i);
      long afterNanos = plan.rampUp().toNanos() * i / plan.streams();
      var unused = loop.schedule(() -> dialer.dial(stream), afterNanos, TimeUnit.NANOSECONDS);
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

  private Measured measure(Pacemaker pacemaker) throws InterruptedException {
    CpuTime ownBefore = CpuTime.of(ProcessHandle.current().pid());
    CpuTime serverBefore = serverCpu();
    long begin = System.nanoTime();
    int measured = inLoop(this::beginMeasuring);
    watch(plan.measured(), "measuring");
    inLoop(pacemaker::stop);
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Measured(
        measured,
        seconds,
        CpuTime.of(ProcessHandle.current().pid()).since(ownBefore),
        serverCpu().since(serverBefore));
  }

  private CpuTime serverCpu() {
    return server == null ? CpuTime.NONE : server.cpu();
  }

  /** How many streams are open. */
  private int beginMeasuring() {
    tally.late.reset();
    tally.skipped = 0;
    streams.forEach(LoadStream::measure);
    return open;
  }

  /** Waits, and tells now and then how it goes. */
  private void watch(Duration time, String doing) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    long glance = Math.max(GLANCE.toNanos(), time.toNanos() / MOST_GLANCES);
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(left, glance));
      progress.accept(inLoop(() -> glance(doing)));
    }
  }

  private String glance(String doing) {
    return String.format(
        Locale.ROOT,
        "%s: %d streams open, %,d frames sent, %,d back, delay p99 %.2f ms, late p99 %.2f ms",
        doing,
        open,
        tally.sent,
        tally.returned,
        tally.delay.getValueAtPercentile(99) / 1e6,
        tally.late.getValueAtPercentile(99) / 1e6);
  }

  private void drain() throws InterruptedException {
    long end = System.nanoTime() + plan.drain().toNanos();
    while (System.nanoTime() < end && inLoop(() -> open > 0 && tally.returned < tally.sent)) {
      TimeUnit.MILLISECONDS.sleep(DRAIN_GLANCE_MS);
    }
  }

  private void close() throws InterruptedException {
    inLoop(() -> streams.forEach(LoadStream::stop));
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

  private void inLoop(Runnable order) throws InterruptedException {
    Object unused = inLoop(Executors.callable(order));
  }

  private <T> T inLoop(Callable<T> question) throws InterruptedException {
    try {
      return loop.submit(question).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Calls the roll of the streams, in the event loop. */
  private final class Roll implements LoadStream.StreamWatcher {
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
}
