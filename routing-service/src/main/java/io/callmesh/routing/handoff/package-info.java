/** What routing-service asks handoff-service, for the webhooks and for live calls alike. */
@NullMarked
@CheckReturnValue
package io.callmesh.routing.handoff;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
