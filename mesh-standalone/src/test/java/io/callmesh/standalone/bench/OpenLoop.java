package io.callmesh.standalone.bench;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Sends requests at a fixed rate, whatever becomes of those before, over connections that stay. A
 * request's latency counts from when it had to be sent, so that a server that stalls cannot hide
 * how many it kept waiting. Blocks.
 */
final class OpenLoop {
  private static final int CONNECTIONS = 64;
  private static final int MAX_WAITING = 10_000;
  private static final long LAST_ANSWER_LIMIT_S = 60;

  private final Context loop;
  private final HttpClient http;
  private final Supplier<? extends CheckedRequest> requests;

  OpenLoop(Vertx vertx, Supplier<? extends CheckedRequest> requests) {
    this.loop = vertx.getOrCreateContext();
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions().setTcpNoDelay(true),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(MAX_WAITING));
    this.requests = requests;
  }

  /**
   * What became of one run.
   *
   * @param latency from when a request had to be sent to the end of its answer
   * @param bySort the same, for each sort of request
   * @param sendDelay by how much the sender itself was late
   * @param faults wrong answers and failures, how many of each kind
   * @param seconds from the first request to the last answer
   */
  record Result(
      Latencies latency,
      Map<String, Latencies> bySort,
      Latencies sendDelay,
      Map<String, Integer> faults,
      double seconds) {
    int requests() {
      return latency.count();
    }

    int errors() {
      return faults.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** Sends for so many seconds, and waits for the answers. */
  Result run(int rate, int seconds) throws InterruptedException {
    Run run = new Run(rate * seconds);
    long interval = TimeUnit.SECONDS.toNanos(1) / rate;
    long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
    for (int i = 0; i < run.latencies.length; i++) {
      CheckedRequest request = requests.get();
      long due = start + i * interval;
      waitUntil(due);
      run.send(i, request, due);
    }
    return run.result(start);
  }

  private static void waitUntil(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** The ledger of a run; the event loop writes it. */
  private final class Run {
    private final long[] latencies;
    private final long[] delays;
    private final String[] sorts;
    private final Map<String, Integer> faults = new TreeMap<>();
    private final CountDownLatch unanswered;
    private volatile long lastAnswer;

    Run(int requests) {
      latencies = new long[requests];
      delays = new long[requests];
      sorts = new String[requests];
      unanswered = new CountDownLatch(requests);
    }

    void send(int place, CheckedRequest checked, long due) {
      loop.runOnContext(
          go -> {
            delays[place] = System.nanoTime() - due;
            sorts[place] = checked.sort();
            http.request(checked.request())
                .compose(request -> request.send(checked.body()))
                .compose(response -> fault(checked, response))
                .onComplete(answer -> answered(place, due, answer));
          });
    }

    private static Future<String> fault(CheckedRequest checked, HttpClientResponse response) {
      return response
          .body()
          .map(
              body -> {
                String fault = checked.fault(response.statusCode(), body.toString());
                return fault == null ? "" : fault;
              });
    }

    private void answered(int place, long due, AsyncResult<String> answer) {
      lastAnswer = System.nanoTime();
      latencies[place] = lastAnswer - due;
      String fault = answer.succeeded() ? answer.result() : kind(answer.cause());
      if (!fault.isEmpty()) {
        faults.merge(fault, 1, Integer::sum);
      }
      unanswered.countDown();
    }

    private static String kind(Throwable failure) {
      return failure.getClass().getSimpleName();
    }

    private Map<String, Latencies> bySort() {
      Map<String, Latencies> all = new TreeMap<>();
      for (String sort : new TreeSet<>(List.of(sorts))) {
        all.put(
            sort,
            Latencies.of(
                IntStream.range(0, sorts.length)
                    .filter(place -> sorts[place].equals(sort))
                    .mapToLong(place -> latencies[place])
                    .toArray()));
      }
      return all;
    }

    Result result(long start) throws InterruptedException {
      if (!unanswered.await(LAST_ANSWER_LIMIT_S, TimeUnit.SECONDS)) {
        throw new IllegalStateException(unanswered.getCount() + " requests have no answer");
      }
      return new Result(
          Latencies.of(latencies),
          bySort(),
          Latencies.of(delays),
          faults,
          (lastAnswer - start) / (double) TimeUnit.SECONDS.toNanos(1));
    }
  }
}
