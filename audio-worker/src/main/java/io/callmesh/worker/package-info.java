/**
 * audio-worker: frames on one side, the agent on the other. This package holds what the service
 * needs from outside: its configuration, its metrics and the two ports that {@code WorkerService}
 * fills.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.worker;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
