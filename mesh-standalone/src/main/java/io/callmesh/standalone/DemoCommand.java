package io.callmesh.standalone;

import io.callmesh.simulator.SpokenAudio;
import io.callmesh.simulator.audio.WavException;
import io.callmesh.simulator.audio.WavFile;
import io.callmesh.simulator.cli.StoryTeller;
import io.callmesh.simulator.cli.Terminal;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code callmesh demo}: one call through the whole mesh, told line by line. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Starts the whole mesh on free ports and carries one call through it as Twilio would, from the",
      "voice webhook to the person in Flex. Leaves a recording to listen to: caller left, agent right.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  callmesh demo",
      "  callmesh demo --caller my-voice.wav --record my-call.wav",
      "  callmesh demo --json | tail -n 1"
    })
public final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--caller",
      paramLabel = "FILE.wav",
      description =
          "What the caller says: any PCM WAV that Java can read. Default: recorded speech.")
  private @Nullable Path caller;

  @Option(
      names = "--record",
      paramLabel = "FILE.wav",
      defaultValue = "callmesh-demo.wav",
      description = "Where the recording goes. Default: ${DEFAULT-VALUE}")
  private Path recording;

  @Option(names = "--json", description = "Prints one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    short[] speech = speech();
    mustBeWritable(recording);
    StoryTeller story = new StoryTeller(System.out, Terminal.attached());
    DemoResult result = new Demo(story, speech, recording.toAbsolutePath()).run();
    PrintStream out = System.out;
    result.failures().forEach(failure -> out.println("FAILED: " + failure));
    out.println(
        result.failures().isEmpty()
            ? "Every step held. Listen: " + recording
            : "The demo did not hold; the recording so far: " + recording);
    if (json) {
      JsonObject line = result.toJson();
      out.println(line.encode());
    }
    out.flush();
    return result.failures().isEmpty() ? 0 : 1;
  }

  private short[] speech() {
    if (caller == null) {
      return SpokenAudio.caller();
    }
    try {
      return WavFile.readMono8k(caller);
    } catch (WavException unusable) {
      throw new UserErrorException(String.valueOf(unusable.getMessage()));
    }
  }

  private static void mustBeWritable(Path file) {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isWritable(directory) || Files.isDirectory(file)) {
      throw new UserErrorException(
          "the recording cannot be written to " + file + ": give --record");
    }
  }
}
