/**
 * The vocabulary that the rooms of the mesh share: what two services share is a message here, or it
 * is not shared. Pure: no I/O, no server, no Kafka client; everything is immutable and safe on any
 * thread.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.contracts;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
