/**
 * Benchmarks: programs that are run by hand ({@code bench/} at the repository's root), never by the
 * build. Each measures a service in a process of its own, from another one.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.standalone.bench;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
