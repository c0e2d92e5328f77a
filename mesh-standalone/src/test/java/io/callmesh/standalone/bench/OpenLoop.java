package io.callmesh.standalone.bench;

import io.callmesh.standalone.bench.VoiceCalls.VoiceCall;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends webhooks at a fixed rate, whatever becomes of those before, over connections that stay. A
 * request's latency counts from when it had to be sent, so that a server that stalls cannot hide
 * how many it kept waiting. Blocks.
 */
final class OpenLoop {
  private static final int CONNECTIONS = 64;
  private static final int MAX_WAITING = 10_000;
  private static final long LAST_ANSWER_LIMIT_S = 60;

  private final Context loop;
  private final HttpClient http;
  private final VoiceCalls calls;

  OpenLoop(Vertx vertx, VoiceCalls calls) {
    this.loop = vertx.getOrCreateContext();
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions().setTcpNoDelay(true),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(MAX_WAITING));
    this.calls = calls;
  }

  /**
   * What became of one run.
   *
   * @param latency from when a request had to be sent to the end of its answer
   * @param sendDelay by how much the sender itself was late
   * @param faults wrong answers and failures, how many of each kind
   * @param seconds from the first request to the last answer
   */
  record Result(
      Latencies latency, Latencies sendDelay, Map<String, Integer> faults, double seconds) {
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
      VoiceCall call = calls.next();
      long due = start + i * interval;
      waitUntil(due);
      run.send(i, call, due);
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
    private final Map<String, Integer> faults = new TreeMap<>();
    private final CountDownLatch unanswered;
    private volatile long lastAnswer;

    Run(int requests) {
      latencies = new long[requests];
      delays = new long[requests];
      unanswered = new CountDownLatch(requests);
    }

    void send(int place, VoiceCall call, long due) {
      loop.runOnContext(
          go -> {
            delays[place] = System.nanoTime() - due;
            http.request(call.request())
                .compose(request -> request.send(call.body()))
                .compose(response -> fault(call, response))
                .onComplete(answer -> answered(place, due, answer));
          });
    }

    private static Future<String> fault(VoiceCall call, HttpClientResponse response) {
      return response
          .body()
          .map(
              body -> {
                String fault = call.fault(response.statusCode(), body.toString());
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

    Result result(long start) throws InterruptedException {
      if (!unanswered.await(LAST_ANSWER_LIMIT_S, TimeUnit.SECONDS)) {
        throw new IllegalStateException(unanswered.getCount() + " requests have no answer");
      }
      return new Result(
          Latencies.of(latencies),
          Latencies.of(delays),
          faults,
          (lastAnswer - start) / (double) TimeUnit.SECONDS.toNanos(1));
    }
  }
}
