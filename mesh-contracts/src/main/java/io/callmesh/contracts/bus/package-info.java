/** The event bus: addresses, failure codes and the codec for short questions. */
@NullMarked
@CheckReturnValue
package io.callmesh.contracts.bus;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
