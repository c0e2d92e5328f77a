/**
 * The OpenAPI document of the HTTP API, and the check of requests against it. Bodies are JSON, or
 * YAML where the document says so; both are read with bounds on size and depth.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.routing.api;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
