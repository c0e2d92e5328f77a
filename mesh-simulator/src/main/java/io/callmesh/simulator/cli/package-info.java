/**
 * The simulator as commands: {@code callmesh call}, {@code agent}, {@code load} and {@code
 * conformance}. They run on the main thread, which waits for the event loops and does the blocking
 * work: reading and writing files.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.simulator.cli;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
