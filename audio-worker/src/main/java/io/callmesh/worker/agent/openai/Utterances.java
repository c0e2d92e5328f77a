package io.callmesh.worker.agent.openai;

import io.callmesh.contracts.connector.AudioFormat;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the model has said and the caller has not heard to its end. Each utterance is one part of an
 * item, and ends in a mark; what the mark is answered with is how much of it was heard. Names of
 * marks are ours and unique in the session, because one may be answered when the model that spoke
 * is gone.
 */
final class Utterances {
  /** One utterance. */
  static final class Utterance {
    private final Object conversation;
    private final String itemId;
    private final int contentIndex;
    private final int bytesPerMs;
    private long bytes;

    private Utterance(Object conversation, String itemId, int contentIndex, int bytesPerMs) {
      this.conversation = conversation;
      this.itemId = itemId;
      this.contentIndex = contentIndex;
      this.bytesPerMs = bytesPerMs;
    }

    String itemId() {
      return itemId;
    }

    int contentIndex() {
      return contentIndex;
    }

    /** How much audio there is, in whole milliseconds: the server refuses a position behind it. */
    long lengthMs() {
      return bytes / bytesPerMs;
    }

    /** Whether the model that spoke is the one of this conversation. */
    boolean isOf(Object other) {
      return conversation == other;
    }
  }

  private final Map<String, Utterance> marked = new HashMap<>();
  private @Nullable Utterance speaking;
  private int marks;

  /** Bytes of a millisecond of audio. */
  static int bytesPerMs(AudioFormat format) {
    return format.sampleRate() * format.encoding().bytesPerSample() / 1_000;
  }

  /** Whether this part of an item is the one that is being spoken. */
  boolean isSpeaking(String itemId, int contentIndex) {
    Utterance now = speaking;
    return now != null && now.contentIndex == contentIndex && now.itemId.equals(itemId);
  }

  /** Begins an utterance; the one before must be finished. */
  void begin(Object conversation, String itemId, int contentIndex, AudioFormat format) {
    speaking = new Utterance(conversation, itemId, contentIndex, bytesPerMs(format));
  }

  /** Adds audio to the utterance. */
  void add(int bytes) {
    if (speaking != null) {
      speaking.bytes += bytes;
    }
  }

  /** Ends the utterance, if there is one, and returns the name of the mark to put behind it. */
  @Nullable String finish() {
    if (speaking == null) {
      return null;
    }
    String mark = Integer.toString(marks++);
    marked.put(mark, speaking);
    speaking = null;
    return mark;
  }

  /** Whether there is anything that the caller has not heard to its end. */
  boolean isAnyUnheard() {
    return speaking != null || !marked.isEmpty();
  }

  /** The utterance whose mark was answered; null for a mark of nobody's. */
  @Nullable Utterance answered(String mark) {
    return marked.remove(mark);
  }
}
