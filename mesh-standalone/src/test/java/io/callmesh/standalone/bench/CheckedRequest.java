package io.callmesh.standalone.bench;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import org.jspecify.annotations.Nullable;

/** A request of a benchmark, which knows how its answer must be. */
interface CheckedRequest {
  RequestOptions request();

  /** Empty for none. */
  Buffer body();

  /** What is wrong with the answer; null for nothing. */
  @Nullable String fault(int status, String answer);

  /** Which sort of request it is, where latencies are told by sort. */
  default String sort() {
    return "";
  }
}
