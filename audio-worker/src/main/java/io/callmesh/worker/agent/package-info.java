/**
 * The agent's side: which addresses may be dialled, the dialling, and one class for each protocol
 * behind {@link io.callmesh.worker.agent.AgentProtocol}. Everything runs on the event loop of the
 * session that asked.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.worker.agent;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
