/**
 * mesh-standalone: the four services in one process, on one public port, with an embedded Kafka
 * broker; and the {@code callmesh} command. It composes and contains nothing of its own that a call
 * needs.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.standalone;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
