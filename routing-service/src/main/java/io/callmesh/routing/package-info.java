/**
 * routing-service: the control plane. Connectors, numbers and API keys for those who provision;
 * TwiML for every webhook of Twilio's. It keeps no call in memory, so any replica answers.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.routing;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
