/**
 * A scripted voice agent: the server side of the callmesh agent protocol, version 1 (design.md,
 * "The agent's side"), with recorded prompts instead of a mind. It notices speech, can be
 * interrupted, and hands the call over with what it learnt.
 *
 * <p>{@link ScriptedAgent} may be used from any thread; a session lives on its socket's context.
 * What depends on time counts samples of the caller's audio, never the clock, so a test can send a
 * minute of audio in a burst.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.simulator.agent;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
