/** Twilio's voice webhooks: what each asks, and what it is answered. */
@NullMarked
@CheckReturnValue
package io.callmesh.routing.voice;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
