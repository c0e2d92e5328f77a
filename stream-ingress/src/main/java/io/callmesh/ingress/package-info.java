/**
 * stream-ingress: Twilio Media Streams WebSockets on one side, frames on the event bus on the
 * other. base64 and Twilio's JSON end here. One event loop owns a stream from its socket to the
 * bus.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.ingress;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
