/**
 * The mesh's state and events in Kafka: topics with the right policies, compacted topics followed
 * into memory as {@link io.callmesh.runtime.kafka.KafkaTable}s, and {@link
 * io.callmesh.runtime.kafka.CallEvents} for whoever analyses calls. How a table keeps its promises
 * is in docs/kafka-tables.md.
 *
 * <p>Threads: one follower thread per {@link io.callmesh.runtime.kafka.KafkaTables} owns the
 * consumer and is the only one that changes tables; one writer thread and one event thread hand
 * records to producers, because a producer may block; Kafka's own threads complete sends and
 * queries. Futures complete on the caller's Vert.x context. Nothing here blocks an event loop.
 *
 * <p>Failures of futures are {@link io.callmesh.contracts.bus.BusFailure}s: {@code UNAVAILABLE}
 * when Kafka does not answer in time, {@code BUSY} when a bound is reached, {@code BAD_REQUEST}
 * when a record can never be written.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.runtime.kafka;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
