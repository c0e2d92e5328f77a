/**
 * WebSockets that carry audio: a lane for their data frames between Netty's channel and whoever
 * owns the socket. Handshakes, pings and closing stay with Vert.x. Everything happens on the
 * channel's event loop.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.runtime.socket;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
