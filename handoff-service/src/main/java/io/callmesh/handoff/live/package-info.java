/**
 * Calls as they go on, for the person who will pick up: what is said and what the agent knows while
 * the caller is with the agent, then the handoff and what becomes of it. As server-sent events, or
 * as a snapshot for those who poll.
 *
 * <p>Sessions are followed on the bus: a worker tells its news to an address of each event loop for
 * as long as the lease is renewed. Handoffs are followed in the store, which tells that something
 * has changed. A viewer puts both together: which of them is later is what the call does now, so it
 * passes over by itself, back to the agent too. What a viewer shows is computed anew at each
 * change, and told as the difference from what it showed before.
 *
 * <p>Everything but the counters lives on the event loop of its connection.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.handoff.live;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
