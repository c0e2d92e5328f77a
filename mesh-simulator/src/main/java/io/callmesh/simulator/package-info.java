/**
 * Twilio's side of a call and a scripted voice agent, for tests, demos and load: {@code twilio}
 * calls a mesh as Twilio does, {@code agent} answers as a voice agent does, {@code load} opens many
 * streams at once and measures them, {@code conformance} tests any server that speaks to Twilio,
 * {@code cli} has a command for each.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.simulator;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
