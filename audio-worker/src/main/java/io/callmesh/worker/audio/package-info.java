/**
 * G.711, sample rates and the cutting of frames: arrays in, arrays out, no I/O. Tables are shared
 * and immutable; what has state belongs to one session and so to one event loop; what is needed
 * only for the time of a call belongs to the thread ({@link Workbench}).
 */
@NullMarked
@CheckReturnValue
package io.callmesh.worker.audio;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
