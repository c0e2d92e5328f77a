/** How an ingress opens a session at a worker, and how workers make themselves known. */
@NullMarked
@CheckReturnValue
package io.callmesh.contracts.session;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
