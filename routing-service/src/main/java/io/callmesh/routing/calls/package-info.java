/**
 * Calls that are on, for supervisors: finding the agent that has one, transferring it, hanging it
 * up. Nothing is kept here between two requests: workers are asked for sessions, handoff-service
 * for outcomes, and Twilio's REST API does what is to be done. Everything here lives on the event
 * loop that the request came in on; there is one of each class for each loop.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.routing.calls;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
