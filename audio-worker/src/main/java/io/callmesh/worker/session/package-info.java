/**
 * Sessions: a worker's side of conversations. One verticle instance holds a table of sessions that
 * only its own event loop touches; from the bus to the agent's socket nothing is locked.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.worker.session;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
