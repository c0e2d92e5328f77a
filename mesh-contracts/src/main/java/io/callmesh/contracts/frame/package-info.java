/**
 * What travels on the audio path: one frame, its kinds and its wire form. Immutable, free of
 * threads.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.contracts.frame;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
