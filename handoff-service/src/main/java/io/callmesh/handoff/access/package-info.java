/** Who may read handoffs: API keys. On the request's event loop. */
@NullMarked
@CheckReturnValue
package io.callmesh.handoff.access;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
