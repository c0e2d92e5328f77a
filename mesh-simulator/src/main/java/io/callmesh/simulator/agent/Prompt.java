package io.callmesh.simulator.agent;

import io.callmesh.simulator.SpokenAudio;

/**
 * Something the agent can say.
 *
 * @param name in marks, records and the handoff state; unique in its script
 * @param text for transcripts
 * @param pcm8k linear samples of 16 bits at 8 kHz
 */
@SuppressWarnings("ArrayRecordComponent") // audio: nobody compares two of these
public record Prompt(String name, String text, short[] pcm8k) {
  /** One of the recordings that come with the simulator. Blocks for a few milliseconds. */
  static Prompt recorded(String name, String text) {
    return new Prompt(name, text, SpokenAudio.prompt(name));
  }
}
