package io.callmesh.worker.agent.openai;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.callmesh.contracts.handoff.TranscriptLine.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was said in a session, as far as there are transcripts, for the model that comes after one
 * that was lost: it begins with nothing. Bounded: the oldest turns go first, long ones lose their
 * end. Items of the conversation hold their place from when they begin, because the transcript of
 * what the caller said may come after the answer to it.
 */
final class Memory {
  static final int MAX_TURNS = 32;

  /** Characters of one turn. */
  static final int MAX_TEXT = 1_000;

  private static final String CUT = "…";

  /** What one of the two said. */
  record Turn(Role role, String text) {
    /** Leaves out the words, which belong to no log. */
    @Override
    public String toString() {
      return "Turn[" + role + "]";
    }
  }

  /** Something said, and how much of it was heard. */
  private static final class Entry {
    private final Role role;
    private String text = "";
    private double heard = 1;

    private Entry(Role role) {
      this.role = role;
    }

    private String heardText() {
      if (heard >= 1) {
        return text;
      }
      int end = text.lastIndexOf(' ', (int) (text.length() * heard));
      return end <= 0 ? "" : text.substring(0, end) + CUT;
    }
  }

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private int notes;
  private boolean owed;
  private boolean begun;
  private boolean past;

  /**
   * Notes that a model begins, and returns whether nothing is behind it: neither here, nor
   * elsewhere before this session.
   *
   * @param resume what the model is told; the first one in a session hears of what was elsewhere
   */
  boolean begin(boolean resume) {
    past = begun ? past : resume;
    begun = true;
    return !past && entries.isEmpty();
  }

  /** Keeps a place for what an item will turn out to say. */
  void expect(String itemId, Role role) {
    entry(itemId, role);
  }

  @CanIgnoreReturnValue
  private Entry entry(String itemId, Role role) {
    Entry entry = entries.computeIfAbsent(itemId, id -> new Entry(role));
    if (entries.size() > MAX_TURNS) {
      entries.remove(entries.keySet().iterator().next());
    }
    return entry;
  }

  /** Takes the transcript of an item and returns as much of it as was, or will be, heard. */
  @CanIgnoreReturnValue
  String said(String itemId, Role role, String text) {
    Entry entry = entry(itemId, role);
    entry.text = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + CUT : text;
    return entry.heard < 1 ? entry.heardText() : text;
  }

  /** Takes what the caller said in another way than by speaking. */
  void said(String text) {
    said("note " + notes++, Role.CALLER, text);
  }

  /** Notes that the caller did not hear an item to its end. */
  void cut(String itemId, long heardMs, long lengthMs) {
    Entry entry = entries.get(itemId);
    if (entry != null) {
      entry.heard = (double) heardMs / lengthMs;
    }
  }

  /** Notes whether the model that is lost had still to answer, or was about to. */
  void owe(boolean answer) {
    owed = answer;
  }

  /** Whether it is the model's turn: it had still to answer, or the caller spoke last. */
  boolean isAnswerOwed() {
    List<Turn> turns = turns();
    return owed || (!turns.isEmpty() && turns.get(turns.size() - 1).role() == Role.CALLER);
  }

  /** What was said, oldest first. */
  List<Turn> turns() {
    List<Turn> turns = new ArrayList<>();
    for (Entry entry : entries.values()) {
      String text = entry.heardText();
      if (!text.isBlank()) {
        turns.add(new Turn(entry.role, text));
      }
    }
    return turns;
  }
}
