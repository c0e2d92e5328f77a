/**
 * Connectors, their agents and destinations, and the phone numbers that lead to them, as the tables
 * keep them.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.contracts.connector;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
