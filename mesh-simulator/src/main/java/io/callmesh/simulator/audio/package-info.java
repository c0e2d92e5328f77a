/**
 * Telephone audio for tests and demos: 8 kHz, 16 bits, one channel; G.711 mu-law, WAV files and an
 * offline change of sample rate. The services have codecs of their own, so that neither side checks
 * itself.
 *
 * <p>Nothing here knows a thread; reading and writing files blocks and belongs on no event loop.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.simulator.audio;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
