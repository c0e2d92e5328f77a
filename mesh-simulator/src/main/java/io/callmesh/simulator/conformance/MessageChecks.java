package io.callmesh.simulator.conformance;

import static io.callmesh.simulator.conformance.Section.MESSAGES;
import static io.callmesh.simulator.conformance.Severity.INFORMATIONAL;
import static io.callmesh.simulator.conformance.Severity.RECOMMENDED;
import static io.callmesh.simulator.conformance.Severity.REQUIRED;

import java.util.List;
import java.util.Locale;

/** What a server may send (reference/twilio.md 4.2 and 4.4), on all streams of all checks. */
final class MessageChecks {
  private static final double FEW = 0.2;
  private static final double MOST = 0.5;
  private static final String NOTHING_CAME = "the server sent no message on any stream";
  private static final String NO_AUDIO = "the server sent no audio on any stream";

  static final List<Check> ALL =
      List.of(
          rule(
              Rule.SILENT_BEFORE_START,
              REQUIRED,
              "silent-before-start",
              "Nothing is sent before start",
              "Wait for start: only it has the streamSid that every message needs."),
          rule(
              Rule.KNOWN_EVENT,
              REQUIRED,
              "known-events",
              "Every message is a JSON object whose event is media, mark or clear",
              "Send nothing else; Twilio answers it with warning 31951."),
          rule(
              Rule.EXACT_MEMBERS,
              REQUIRED,
              "exact-members",
              "Every message has exactly the documented members",
              "media: event, streamSid, media.payload. mark: event, streamSid, mark.name. clear:"
                  + " event, streamSid. Nothing more (31951)."),
          rule(
              Rule.STREAM_SID,
              REQUIRED,
              "stream-sid",
              "Every message has the streamSid of its start",
              "Keep the streamSid of start with the connection and send it along (31951)."),
          rule(
              Rule.TEXT_ONLY,
              REQUIRED,
              "text-only",
              "Messages are text, never binary",
              "Send JSON in text frames (31924)."),
          rule(
              Rule.UNFRAGMENTED,
              RECOMMENDED,
              "unfragmented",
              "Messages are not cut into fragments",
              "Keep messages below your library's frame limit; whether Twilio puts them together"
                  + " is not documented."),
          rule(
              Rule.WELL_FORMED_FRAMES,
              REQUIRED,
              "well-formed-frames",
              "Frames are what RFC 6455 wants of a server",
              "Unmasked, no reserved bits, control frames whole and of at most 125 bytes, text in"
                  + " UTF-8 (31924)."),
          audioRule(
              Rule.BASE64,
              REQUIRED,
              "base64",
              "Payloads are base64 of the standard alphabet, with padding",
              "Use the standard alphabet (+ and /) and keep the = at the end."),
          audioRule(
              Rule.NO_HEADER,
              REQUIRED,
              "no-file-header",
              "The audio has no file header",
              "Strip the header of WAV files: its bytes are played as a click."),
          Check.summing(
              MESSAGES,
              RECOMMENDED,
              "mu-law",
              "The audio looks like mu-law",
              "Send audio/x-mulaw, 8000 Hz, mono; convert linear PCM and A-law.",
              MessageChecks::mulaw),
          Check.summing(
              MESSAGES,
              REQUIRED,
              "pacing",
              "Never more than ten minutes of audio wait at Twilio",
              "Pace what you send; beyond ten minutes Twilio drops it (31931).",
              MessageChecks::pacing),
          Check.summing(
              MESSAGES,
              INFORMATIONAL,
              "lead",
              "How far ahead of the caller's ear audio is sent",
              "Stay within a few seconds, so that a clear has little to take back.",
              MessageChecks::lead),
          Check.summing(
              MESSAGES,
              REQUIRED,
              "audio-answered",
              "The server does with audio what --expect says",
              "Start what answers behind the server, or say --expect silence.",
              MessageChecks::answered));

  private MessageChecks() {}

  private static Check rule(Rule rule, Severity severity, String id, String title, String remedy) {
    return Check.summing(
        MESSAGES, severity, id, title, remedy, bench -> held(bench.evidence(), rule));
  }

  private static Check audioRule(
      Rule rule, Severity severity, String id, String title, String remedy) {
    return Check.summing(
        MESSAGES,
        severity,
        id,
        title,
        remedy,
        bench ->
            bench.evidence().mediaMessages() == 0
                ? Verdict.skipped(NO_AUDIO)
                : held(bench.evidence(), rule));
  }

  private static Verdict held(Findings evidence, Rule rule) {
    return evidence
        .offence(rule)
        .map(Verdict::failed)
        .orElseGet(
            () ->
                evidence.messages() == 0 && rule != Rule.SILENT_BEFORE_START
                    ? Verdict.skipped(NOTHING_CAME)
                    : Verdict.passed(evidence.messages() + " messages"));
  }

  private static Verdict mulaw(Workbench bench) {
    Findings evidence = bench.evidence();
    if (evidence.mediaMessages() == 0) {
      return Verdict.skipped(NO_AUDIO);
    }
    // The loudest codes, which speech hardly reaches and small linear samples are full of.
    if (evidence.share(0x00, 0x80) > FEW) {
      return Verdict.failed("a fifth of the bytes are full scale, as linear PCM would have it");
    }
    return evidence.share(0x55, 0xD5) > MOST
        ? Verdict.failed("most bytes are silence in A-law, and loud in mu-law")
        : Verdict.passed(evidence.mediaMessages() + " media messages");
  }

  private static Verdict pacing(Workbench bench) {
    Findings evidence = bench.evidence();
    if (evidence.mediaMessages() == 0) {
      return Verdict.skipped(NO_AUDIO);
    }
    return evidence.droppedMs() > 0
        ? Verdict.failed("Twilio would have dropped " + seconds(evidence.droppedMs()))
        : Verdict.passed("at most " + seconds(evidence.mostAheadMs()) + " waited");
  }

  private static Verdict lead(Workbench bench) {
    return bench.evidence().mediaMessages() == 0
        ? Verdict.skipped(NO_AUDIO)
        : Verdict.passed("up to " + seconds(bench.evidence().mostAheadMs()));
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
  }

  private static Verdict answered(Workbench bench) {
    Answering expected = bench.terms().expected();
    if (expected == null) {
      return Verdict.skipped("found: " + bench.answering() + "; --expect makes it a demand");
    }
    return bench.answering() == expected
        ? Verdict.passed(expected.toString())
        : Verdict.failed("found " + bench.answering() + " instead of " + expected);
  }
}
