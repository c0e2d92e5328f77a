/**
 * Connectors, phone numbers and API keys: their tables and their HTTP APIs (reference/polyai.md).
 */
@NullMarked
@CheckReturnValue
package io.callmesh.routing.connector;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
