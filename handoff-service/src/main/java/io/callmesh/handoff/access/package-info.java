/**
 * Who may read handoffs, and how often: API keys, and Flex workers by the token that their browser
 * has (reference/twilio.md 9). Twilio says what a token is worth; the answer is kept for a short
 * time, in one cache for all event loops of a process. Requests are let pass on their own loop.
 */
@NullMarked
@CheckReturnValue
package io.callmesh.handoff.access;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
