package io.callmesh.simulator.twilio;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a call's report will say, collected as it happens. */
final class CallLog {
  private final long origin = System.nanoTime();
  private final List<String> verbs = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private final List<String> played = new ArrayList<>();
  private final List<Transfer> transfers = new ArrayList<>();
  private final List<Supplier<StreamReport>> streams = new ArrayList<>();
  private String voiceTwiml = "";
  private @Nullable String actionTwiml;
  private @Nullable Enqueued enqueued;

  void document(String kind, String document) {
    if (kind.equals("voice")) {
      voiceTwiml = document;
    } else if (kind.equals("connect-action")) {
      actionTwiml = document;
    }
  }

  void verb(String name) {
    verbs.add(name);
  }

  void said(String text) {
    said.add(text);
  }

  void played(String url) {
    played.add(url);
  }

  void transfer(Transfer transfer) {
    transfers.add(transfer);
  }

  void enqueued(Enqueued queue) {
    enqueued = queue;
  }

  void stream(MediaStream stream) {
    streams.add(stream::soFar);
  }

  void refused(String streamSid, String error) {
    StreamReport report =
        new StreamReport(streamSid, error, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, null, null);
    streams.add(() -> report);
  }

  CallReport report(
      String callSid, CallEnd end, List<String> missedSteps, StereoRecording recording) {
    return new CallReport(
        callSid,
        voiceTwiml,
        actionTwiml,
        List.copyOf(verbs),
        List.copyOf(said),
        List.copyOf(played),
        List.copyOf(transfers),
        enqueued,
        streams.stream().map(Supplier::get).toList(),
        missedSteps,
        end,
        (System.nanoTime() - origin) / 1_000_000,
        recording);
  }
}
