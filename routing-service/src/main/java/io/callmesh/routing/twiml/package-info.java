/**
 * TwiML: documents we write, and those of customers that we complete. Text from outside never
 * becomes markup.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.routing.twiml;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
