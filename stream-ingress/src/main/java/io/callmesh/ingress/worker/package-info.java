/** The workers an ingress has heard of, and the choice among them. One event loop's own. */
@NullMarked
@CheckReturnValue
package io.callmesh.ingress.worker;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
