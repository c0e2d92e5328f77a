package io.callmesh.runtime.kafka;

import io.callmesh.contracts.Topic;
import io.callmesh.contracts.bus.BusFailure;
import io.callmesh.contracts.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the topics that are missing and checks those that are there. */
public final class KafkaTopics {
  private static final Logger log = LoggerFactory.getLogger(KafkaTopics.class);
  private static final long RETRY_MS = 50;

  private final KafkaConfig config;
  private final List<TopicPolicy> policies;
  private final long deadline;

  private KafkaTopics(KafkaConfig config, Collection<Topic> topics) {
    this.config = config;
    this.policies = topics.stream().map(topic -> new TopicPolicy(topic, config)).toList();
    this.deadline = System.nanoTime() + config.requestTimeout().toNanos();
  }

  /**
   * Succeeds when every topic exists with the policy it must have; several processes may do this at
   * once. Fails with {@code BAD_REQUEST} and one sentence when a topic that exists has another
   * {@code cleanup.policy}, or keeps outcomes for less than their lifetime: we do not change what
   * somebody else set up. Fails with {@code UNAVAILABLE} when Kafka does not do it within the
   * request timeout.
   */
  public static Future<Void> ensure(Vertx vertx, KafkaConfig config, Collection<Topic> topics) {
    return vertx.executeBlocking(() -> new KafkaTopics(config, topics).ensure(), false);
  }

  private @Nullable Void ensure() {
    try (Admin admin = Admin.create(ClientSettings.admin(config))) {
      create(admin);
      check(admin);
      return null;
    } catch (BusFailure e) {
      throw e;
    } catch (Exception e) {
      throw new BusFailure(
          FailureCode.UNAVAILABLE,
          "Kafka at "
              + config.bootstrapServers()
              + " does not make or show the mesh's topics: "
              + Failures.describe(Failures.unwrap(e)));
    }
  }

  private void create(Admin admin) throws Exception {
    var results = admin.createTopics(policies.stream().map(TopicPolicy::newTopic).toList());
    for (KafkaFuture<Void> created : results.values().values()) {
      created(created);
    }
  }

  private void created(KafkaFuture<Void> created) throws Exception {
    try {
      await(created);
    } catch (ExecutionException e) {
      boolean mayExist =
          e.getCause() instanceof TopicExistsException
              || e.getCause() instanceof AuthorizationException; // made by the operator
      if (!mayExist) {
        throw e;
      }
    }
  }

  private void check(Admin admin) throws Exception {
    for (TopicPolicy policy : policies) {
      Config found = describe(admin, policy.topic());
      policy.advice(found).ifPresent(log::warn);
      var violation = policy.violation(found);
      if (violation.isPresent()) {
        throw new BusFailure(FailureCode.BAD_REQUEST, violation.get());
      }
    }
  }

  /** Asks again for a while: a topic that was just made is not known to every broker at once. */
  private Config describe(Admin admin, Topic topic) throws Exception {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.topicName());
    while (true) {
      try {
        Map<ConfigResource, Config> found = await(admin.describeConfigs(List.of(resource)).all());
        return found.values().iterator().next();
      } catch (ExecutionException e) {
        retryOrThrow(e);
      }
    }
  }

  private void retryOrThrow(ExecutionException e) throws Exception {
    boolean mayPass =
        e.getCause() instanceof UnknownTopicOrPartitionException
            || e.getCause() instanceof RetriableException;
    if (!mayPass || System.nanoTime() >= deadline) {
      throw e;
    }
    TimeUnit.MILLISECONDS.sleep(RETRY_MS);
  }

  private <T> T await(KafkaFuture<T> future) throws Exception {
    try {
      return future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new TimeoutException("no answer within " + config.requestTimeout());
    }
  }
}
