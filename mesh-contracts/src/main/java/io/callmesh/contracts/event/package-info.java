/** Call events: CloudEvents 1.0 in JSON, on Kafka, for whoever analyses calls. */
@NullMarked
@CheckReturnValue
package io.callmesh.contracts.event;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
