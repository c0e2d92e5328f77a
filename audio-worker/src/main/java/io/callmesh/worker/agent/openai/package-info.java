/**
 * OpenAI's Realtime API over WebSocket, in the form it has had since it left its beta
 * (docs/agent-openai-realtime.md). {@link io.callmesh.worker.agent.openai.RealtimeProtocol} is the
 * way in.
 *
 * <p>What lasts as long as the session is in {@code Memory} and {@code Utterances}; what ends with
 * a connection in {@code Conversation} and what it is made of, which know the socket as a {@code
 * Wire} only. Everything runs on the event loop of the session.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.worker.agent.openai;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
