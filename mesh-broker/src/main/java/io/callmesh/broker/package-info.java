/**
 * A real Kafka broker in this process: one node that is controller and broker, on the loopback
 * interface, over one data directory. For tests and for running the mesh alone; a mesh of several
 * processes wants a Kafka cluster.
 *
 * <p>Threads are Kafka's own. {@link io.callmesh.broker.EmbeddedBroker} blocks while it starts and
 * stops, so keep it off event loops.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.broker;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
