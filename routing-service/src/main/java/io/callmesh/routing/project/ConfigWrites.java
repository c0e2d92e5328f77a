package io.callmesh.routing.project;

import io.callmesh.contracts.bus.FailureCode;
import io.callmesh.contracts.connector.Connector;
import io.callmesh.routing.connector.Connectors;
import io.callmesh.runtime.web.Problem;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a plan out: connectors first and their removal last, so that no number ever leads
 * nowhere. When Kafka stops taking writes it says how far it came; the same document goes on from
 * there.
 */
final class ConfigWrites {
  private static final Logger log = LoggerFactory.getLogger(ConfigWrites.class);

  private final Connectors tables;
  private final ConfigPlan plan;
  private final AtomicInteger written = new AtomicInteger();
  private final List<String> created = new ArrayList<>();

  ConfigWrites(Connectors tables, ConfigPlan plan) {
    this.tables = tables;
    this.plan = plan;
  }

  /**
   * Done when Kafka has everything; fails with a 503 that tells what it has, a 422 when it is of no
   * use to try again.
   */
  Future<Void> apply() {
    return each(plan.stored(), this::store)
        .compose(done -> each(plan.numbersStored(), tables::store))
        .compose(done -> each(plan.numbersRemoved(), tables::remove))
        .compose(done -> each(plan.removed(), tables::remove))
        .recover(cause -> Future.failedFuture(halfway(cause)));
  }

  private <T> Future<Void> each(List<T> things, Function<T, Future<Void>> write) {
    return Connectors.each(
        things, thing -> write.apply(thing).onSuccess(done -> written.incrementAndGet()));
  }

  private Future<Void> store(Connector connector) {
    return tables
        .store(connector)
        .onSuccess(
            done -> {
              if (plan.creates(connector)) {
                created.add(connector.name());
              }
            });
  }

  private Problem halfway(Throwable cause) {
    log.warn("a configuration was written in part: {}", cause.toString());
    String tokens =
        created.isEmpty()
            ? ""
            : "; give new tokens to the connectors that were created: "
                + String.join(", ", created);
    boolean never = FailureCode.of(cause) == FailureCode.BAD_REQUEST;
    return new Problem(
        never ? 422 : 503,
        "only %d of %d changes could be stored; %s%s"
            .formatted(
                written.get(),
                plan.writes(),
                never
                    ? "one is too large to be: make it smaller and apply the document again"
                    : "apply the same document again to go on",
                tokens));
  }
}
