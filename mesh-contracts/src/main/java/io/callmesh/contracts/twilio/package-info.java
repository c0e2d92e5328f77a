/** What of Twilio's protocols more than one room needs: the request signature. */
@NullMarked
@CheckReturnValue
package io.callmesh.contracts.twilio;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
