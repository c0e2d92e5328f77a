/**
 * Outcomes and what became of them, as handoff-service keeps them: two tables on Kafka, and in
 * memory what could not be stored yet. Every look-up is a {@link
 * io.callmesh.handoff.access.Reader}'s: what the reader may not know of takes the same way as what
 * does not exist.
 *
 * <p>Threads: the store, its receipts, offers and watches are safe on any thread, and futures come
 * back on the caller's context; a {@link io.callmesh.handoff.store.Lookup} belongs to one event
 * loop.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.handoff.store;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
