/**
 * How a process joins the event bus: alone, or in a Hazelcast cluster over TCP; and whom it hears
 * there.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.runtime.bus;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
