package io.callmesh.ingress.stream;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A {@code media} message of 20 ms as Twilio's JSON: read, and written. */
@State(Scope.Thread)
public class MediaMessageBenchmark {
  private static final String SID = "MZ0123456789abcdef0123456789abcdef";

  private final byte[] audio = audio();
  private final byte[] message =
      ("{\"event\":\"media\",\"sequenceNumber\":\"12345\",\"streamSid\":\""
              + SID
              + "\",\"media\":{\"track\":\"inbound\",\"chunk\":\"12344\",\"timestamp\":\"246880\","
              + "\"payload\":\""
              + Base64.getEncoder().encodeToString(audio)
              + "\"}}")
          .getBytes(StandardCharsets.US_ASCII);
  private final byte[] streamSid = SID.getBytes(StandardCharsets.US_ASCII);
  private final MediaScanner scanner = new MediaScanner();
  private final TwilioMessageWriter writer = new TwilioMessageWriter(SID);
  private final Scratch scratch = new Scratch();

  /** In one pass, as the audio path does; with the payload that it makes. */
  @Benchmark
  public byte[] scan() {
    if (!scanner.scan(message, message.length, streamSid)) {
      throw new IllegalStateException("a usual message was not recognised");
    }
    return scanner.payload();
  }

  /** By the reader that understands every message; with the objects that it makes. */
  @Benchmark
  public Object read() throws MalformedMessageException {
    return TwilioMessageReader.read(message);
  }

  /** Into an array that is used again. */
  @Benchmark
  public int write() {
    return writer.media(audio, scratch);
  }

  private static byte[] audio() {
    byte[] audio = new byte[160];
    new Random(7).nextBytes(audio);
    return audio;
  }
}
