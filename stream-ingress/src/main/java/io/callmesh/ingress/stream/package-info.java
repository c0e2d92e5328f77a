/**
 * The streams of one event loop: Twilio's messages in and out (reference/twilio.md 4), the life of
 * one stream, and the table of all. Everything here is touched by its own event loop only.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.ingress.stream;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
