package io.callmesh.simulator.agent;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a scripted agent says and does.
 *
 * @param greeting said when a conversation begins
 * @param answers said in turn when the caller has spoken; the first follows the last
 * @param back said when a conversation is resumed
 * @param oneMoment said before a handoff
 * @param nobodyFree said when a handoff was not accepted
 * @param goodbye said before the agent hangs up
 * @param destination the handoff's destination; null leaves it to the connector
 * @param utterance what the handoff wants spoken to the caller; null for nothing
 * @param utteranceSpoken whether the handoff says that it has been spoken
 * @param sharedId the handoff's {@code shared_id}; null repeats the one of {@code session.start}
 * @param extraState added to the handoff state
 * @param quirks ways to misbehave, for tests
 */
public record AgentScript(
    Prompt greeting,
    List<Prompt> answers,
    Prompt back,
    Prompt oneMoment,
    Prompt nobodyFree,
    Prompt goodbye,
    @Nullable String destination,
    @Nullable String utterance,
    boolean utteranceSpoken,
    @Nullable String sharedId,
    JsonObject extraState,
    Quirks quirks) {
  /**
   * Ways to misbehave.
   *
   * @param neverAnswers stays silent, also for a greeting
   * @param refusedWith the HTTP status that refuses every WebSocket; 0 refuses none
   * @param closesAfter breaks the connection after so much of the caller's audio; null never does
   */
  public record Quirks(boolean neverAnswers, int refusedWith, @Nullable Duration closesAfter) {
    /** An agent that behaves. */
    public static final Quirks NONE = new Quirks(false, 0, null);
  }

  /** Refuses a script with nothing to answer. */
  public AgentScript {
    if (answers.isEmpty()) {
      throw new IllegalArgumentException("a script needs an answer");
    }
    answers = List.copyOf(answers);
    extraState = extraState.copy();
  }

  /** The script with the recorded prompts. Blocks while it reads them. */
  public static AgentScript standard() {
    return new AgentScript(
        Prompt.recorded("greeting", "Hello, this is the callmesh demo. How can I help you?"),
        List.of(
            Prompt.recorded(
                "answer-1", "I see, I made a note of that. What else can I do for you?"),
            Prompt.recorded("answer-2", "Thank you, that helps. Would you like to add anything?"),
            Prompt.recorded("answer-3", "I understand. To talk to a person, press zero.")),
        Prompt.recorded("back", "Sorry, I lost you for a moment. I am back."),
        Prompt.recorded("one-moment-please", "One moment please."),
        Prompt.recorded(
            "nobody-free", "I am sorry, nobody is free right now. Press zero to try again."),
        Prompt.recorded("goodbye", "Thank you for calling. Goodbye."),
        null,
        null,
        false,
        null,
        new JsonObject(),
        Quirks.NONE);
  }

  /** The same script with another handoff destination. */
  public AgentScript handingOffTo(@Nullable String destination) {
    return copy(destination, utterance, utteranceSpoken, sharedId, extraState, quirks);
  }

  /** The same script with something that the mesh is to say at the handoff. */
  public AgentScript leaving(String utterance) {
    return copy(destination, utterance, false, sharedId, extraState, quirks);
  }

  /** The same script with something that the agent claims to have said at the handoff. */
  public AgentScript havingSaid(String utterance) {
    return copy(destination, utterance, true, sharedId, extraState, quirks);
  }

  /** The same script with another {@code shared_id}. */
  public AgentScript sharing(@Nullable String sharedId) {
    return copy(destination, utterance, utteranceSpoken, sharedId, extraState, quirks);
  }

  /** The same script with more in its handoff state. */
  public AgentScript knowing(JsonObject extraState) {
    return copy(destination, utterance, utteranceSpoken, sharedId, extraState, quirks);
  }

  /** The same script for an agent that misbehaves. */
  public AgentScript with(Quirks quirks) {
    return copy(destination, utterance, utteranceSpoken, sharedId, extraState, quirks);
  }

  private AgentScript copy(
      @Nullable String newDestination,
      @Nullable String newUtterance,
      boolean newUtteranceSpoken,
      @Nullable String newSharedId,
      JsonObject newState,
      Quirks newQuirks) {
    return new AgentScript(
        greeting,
        answers,
        back,
        oneMoment,
        nobodyFree,
        goodbye,
        newDestination,
        newUtterance,
        newUtteranceSpoken,
        newSharedId,
        newState,
        newQuirks);
  }
}
