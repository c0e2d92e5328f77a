/**
 * The life of a process: start in order, tell its health, drain, stop. A service is composed here
 * and knows nothing of processes.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.runtime.service;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
