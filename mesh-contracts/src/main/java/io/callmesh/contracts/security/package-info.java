/** Proofs and secrets that two services share: tickets, API keys, hashed secrets, masking. */
@NullMarked
@CheckReturnValue
package io.callmesh.contracts.security;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
