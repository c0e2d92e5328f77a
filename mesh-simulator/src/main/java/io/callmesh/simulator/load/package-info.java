/**
 * Many streams at once against one server that speaks Twilio Media Streams, to measure it: {@link
 * io.callmesh.simulator.load.LoadRun} plays Twilio's side of them, each with a frame every 20 ms by
 * an absolute schedule, and times the same audio on its way back from an agent that echoes.
 *
 * <p>One event loop of Netty has all streams, the schedule and the figures, so nothing here locks;
 * the caller's thread waits, asks the loop for progress and reads {@code /proc}. A frame costs no
 * garbage: its message is prepared text in which digits and payload change, its WebSocket frame has
 * the mask 0, and what comes back is searched for its payload only.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.simulator.load;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
