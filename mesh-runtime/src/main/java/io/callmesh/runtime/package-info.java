/**
 * How any service of the mesh starts, is configured, joins the bus, follows a Kafka table, checks
 * API keys, reports health and metrics, and drains. It knows no service.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.runtime;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
