/** Settings from environment, files and defaults, read once at start into typed records. */
@NullMarked
@CheckReturnValue
package io.callmesh.runtime.config;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
