package io.callmesh.simulator.conformance;

import io.callmesh.simulator.audio.MuLaw;
import io.callmesh.simulator.conformance.Workbench.Rehearsed;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first stream, which finds out what the server does with audio, and gives it the occasion to
 * send everything that it ever sends.
 */
final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  private static final Duration BEFORE_START = Duration.ofMillis(500);
  private static final Duration FOR_AN_ECHO = Duration.ofSeconds(3);
  private static final Duration FOR_A_CLEAR = Duration.ofSeconds(1);
  private static final int TONE_MS = 240;

  private final Workbench bench;

  Rehearsal(Workbench bench) {
    this.bench = bench;
  }

  /** Holds it. */
  Rehearsed hold() {
    try {
      return new Rehearsed(answering(), null);
    } catch (IOException e) {
      return new Rehearsed(Answering.SILENCE, Workbench.reason(e));
    }
  }

  private Answering answering() throws IOException {
    Workbench.Begun begun = bench.connected(Workbench.Opening.USUAL);
    if (!begun.stream().staysOpen(BEFORE_START)) {
      throw new IOException("before start " + begun.stream().ending());
    }
    PlayedStream stream = begun.start();
    Answering answering = answering(stream);
    if (!stream.isOpen()) {
      throw new IOException("while audio was sent " + stream.ending());
    }
    provokeClear(stream);
    stream.stop();
    return answering;
  }

  private Answering answering(PlayedStream stream) {
    stream.say(Tone.FIRST.milliseconds(TONE_MS));
    boolean demanded = bench.terms().expected() == Answering.ECHO;
    Duration limit = demanded ? bench.patience() : shorter(FOR_AN_ECHO, bench.patience());
    if (stream.awaitTone(Tone.FIRST, 0, limit)) {
      return Answering.ECHO;
    }
    stream.say(MuLaw.encode(bench.terms().speech()));
    return stream.awaitAudible(0, bench.spoken().plus(bench.patience()))
        ? Answering.SPEECH
        : Answering.SILENCE;
  }

  private void provokeClear(PlayedStream stream) {
    stream.burst(Tone.SECOND.milliseconds(1_000));
    stream.send(script -> script.dtmf(bench.terms().clearKey()));
    boolean cleared = stream.await(() -> stream.findings().clears() > 0, FOR_A_CLEAR);
    stream.say(Tone.THIRD.milliseconds(TONE_MS));
    log.debug(
        "rehearsed: clear {}, audio after it {}",
        cleared,
        stream.awaitTone(Tone.THIRD, 0, FOR_A_CLEAR));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
