/** Who may do what: API keys, and the signatures of Twilio's requests. */
@NullMarked
@CheckReturnValue
package io.callmesh.runtime.security;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
