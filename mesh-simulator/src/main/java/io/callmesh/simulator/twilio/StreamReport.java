package io.callmesh.simulator.twilio;

import org.jspecify.annotations.Nullable;

/**
 * What happened on one stream.
 *
 * @param streamSid {@code MZ…}
 * @param error why it could not be opened, in Twilio's words and number; null when it was open
 * @param framesSent {@code media} messages sent to the mesh, 20 ms each
 * @param framesSkipped those not sent because the mesh read too slowly (Twilio's 31930)
 * @param framesReceived {@code media} messages received from the mesh, of any size
 * @param playedMs how much of their audio the caller heard
 * @param unplayedMs how much of it was still waiting when the stream ended
 * @param overflowMs how much of it was beyond ten minutes and dropped (31931)
 * @param marksSent marks that the mesh sent
 * @param marksPlayed those that came back because the audio before them had been played
 * @param marksCleared those that came back because the mesh cleared
 * @param clears requests to drop what had not been played
 * @param invalid messages that Twilio would not understand (31951)
 * @param firstInvalid the text of the first of them, at most 500 characters
 * @param closeCode the mesh's WebSocket close code, 1006 when the socket broke; null when the
 *     caller left
 * @param closeReason the mesh's reason
 */
public record StreamReport(
    String streamSid,
    @Nullable String error,
    long framesSent,
    long framesSkipped,
    long framesReceived,
    long playedMs,
    long unplayedMs,
    long overflowMs,
    long marksSent,
    long marksPlayed,
    long marksCleared,
    long clears,
    long invalid,
    @Nullable String firstInvalid,
    @Nullable Integer closeCode,
    @Nullable String closeReason) {}
