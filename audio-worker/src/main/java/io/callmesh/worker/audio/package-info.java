/**
 * G.711, sample rates and the cutting of frames: arrays in, arrays out, no I/O. Tables are shared
 * and immutable; everything with state belongs to one session and so to one event loop.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.worker.audio;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
