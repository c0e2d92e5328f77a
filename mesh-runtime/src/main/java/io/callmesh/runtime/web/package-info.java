/** What the HTTP surfaces share: problem answers, JSON bodies, bounds. */
@NullMarked
@CheckReturnValue
package io.callmesh.runtime.web;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
