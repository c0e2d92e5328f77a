package io.callmesh.simulator.twilio;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a call's report will say, collected as it happens. */
final class CallLog {
  private final long origin = System.nanoTime();
  private final List<VerbReport> verbs = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private final List<String> played = new ArrayList<>();
  private final List<Transfer> transfers = new ArrayList<>();
  private final List<Supplier<StreamReport>> streams = new ArrayList<>();
  private final List<WebhookReport> webhooks = new ArrayList<>();
  private final List<QueueReport> queues = new ArrayList<>();
  private @Nullable Enqueued enqueued;
  private @Nullable StudioReturn studio;

  void webhook(WebhookReport webhook) {
    webhooks.add(webhook);
  }

  void verb(VerbReport verb) {
    verbs.add(verb);
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

  void queue(QueueReport queue) {
    queues.add(queue);
  }

  void studio(StudioReturn studioReturn) {
    studio = studioReturn;
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
        List.copyOf(webhooks),
        List.copyOf(verbs),
        List.copyOf(said),
        List.copyOf(played),
        List.copyOf(transfers),
        enqueued,
        List.copyOf(queues),
        studio,
        streams.stream().map(Supplier::get).toList(),
        missedSteps,
        end,
        (System.nanoTime() - origin) / 1_000_000,
        recording);
  }
}
