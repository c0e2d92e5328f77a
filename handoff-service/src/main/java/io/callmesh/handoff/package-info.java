/**
 * handoff-service: outcomes and handoff state. Workers store them over the bus, routing-service
 * asks for them, Flex reads them over HTTP. The table on Kafka is all there is, so any replica
 * answers.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.handoff;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
