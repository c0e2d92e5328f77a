/** Outcomes: how the agent's part of a call ended, and the questions asked about it on the bus. */
@NullMarked
@CheckReturnValue
package io.callmesh.contracts.handoff;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
