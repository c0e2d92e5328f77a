/**
 * Twilio's side of a call (reference/twilio.md, sections 1-6): signs and posts webhooks, runs
 * TwiML, opens the Media Stream, speaks and listens as a caller does, plays what comes back at the
 * speed of sound, and echoes marks when they are due. What those do whom the call is sent to is
 * scripted: {@link FarEnd}. {@link TwilioRestApi} lets a mesh change calls while they run.
 *
 * <p>{@link TwilioSimulator} belongs to one mesh; each {@link SimulatedCall} lives on one Vert.x
 * context, where its {@link CallListener} is called too. What depends on time is in plain classes
 * that a 20 ms tick drives ({@code CallerTrack}, {@code PlaybackBuffer}), so tests need no clock.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.simulator.twilio;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
