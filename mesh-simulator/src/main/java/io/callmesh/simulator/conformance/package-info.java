/**
 * A black-box suite for servers that speak Twilio Media Streams: it plays Twilio towards any of
 * them, well and badly, and tells what does not hold (docs/conformance.md). {@code
 * ConformanceSuite} runs the {@code Check}s of {@code Catalogue}; each opens streams of its own
 * through a {@code Workbench}.
 *
 * <p>Blocks throughout: a WebSocket of its own, on plain sockets, can do what a well-behaved client
 * refuses to do. Checks run on the suite's threads; each stream has two more, one that reads and
 * one that beats every 20 ms.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.simulator.conformance;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
