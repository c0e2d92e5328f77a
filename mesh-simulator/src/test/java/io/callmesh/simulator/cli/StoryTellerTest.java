package io.callmesh.simulator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.simulator.twilio.Enqueued;
import io.callmesh.simulator.twilio.QueueReport;
import io.callmesh.simulator.twilio.StudioReturn;
import io.callmesh.simulator.twilio.Transfer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoryTellerTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private long now = 5_000_000_000L;

  @Test
  void beginsEachLineWithTheSecondsSinceTheFirst() {
    StoryTeller story = story(false);

    story.onWebhook("voice", "http://mesh/twilio/voice?secret=1");
    now += 420_000_000;
    story.onTwiml("voice", "<Response><Connect><Stream url='x'/></Connect></Response>");

    assertThat(told())
        .isEqualTo(
            """
               0.00 s  voice webhook requested, signed as http://mesh/twilio/voice
               0.42 s  voice webhook answered: <Connect><Stream>
            """
                .replace("\n", System.lineSeparator()));
  }

  @Test
  void tellsProgressEveryTwoSecondsWhereThereIsNoTerminal() {
    StoryTeller story = story(false);
    for (long ms = 100; ms <= 6_000; ms += 100) {
      story.onProgress(ms, false, true);
    }

    assertThat(told().lines()).hasSize(3).allMatch(line -> line.contains("[agent]"));
    assertThat(told()).doesNotContain("\r");
  }

  @Test
  void rewritesOneLineOnATerminalAndCleansItUp() {
    StoryTeller story = story(true);
    story.onProgress(100, true, false);
    story.onProgress(200, true, false);
    story.onDigit('0');

    assertThat(told().lines().filter(line -> line.contains("presses"))).hasSize(1);
    assertThat(told().chars().filter(character -> character == '\r')).hasSize(4);
  }

  @Test
  void masksNumbersItWasTransferredTo() {
    StoryTeller story = story(false);
    story.onTransfer(new Transfer("Number", "+14158675309"));
    story.onEnqueued(new Enqueued("WW1", "", "{\"a\":1}"));

    assertThat(told()).contains("+14******309", "WW1", "{\"a\":1}").doesNotContain("8675");
  }

  @Test
  void tellsWhatBecameOfTransfersAndQueues() {
    StoryTeller story = story(false);
    Transfer refer = new Transfer("Refer", "sip:desk@pbx.example");
    story.onTransferEnded(refer, "busy");
    story.onTransferEnded(refer, null);
    story.onQueueLeft(new QueueReport(new Enqueued("WW1", "", null), "leave", 20, 2));
    story.onQueueLeft(new QueueReport(new Enqueued("WW1", "", null), null, 0, 0));
    story.onUpdated();
    story.onReturnedToStudio(new StudioReturn("FW1", Map.of("b", "2", "a", "1")));

    assertThat(told().lines().map(line -> line.substring(11)))
        .containsExactly(
            "the transfer went: busy",
            "the transfer went: nobody says how",
            "out of the queue: leave after 20 s, the wait document heard 2 times",
            "the mesh changes the call through the REST API",
            "back in the Studio flow FW1",
            "the widget gets a = 1",
            "the widget gets b = 2");
  }

  private StoryTeller story(boolean terminal) {
    return new StoryTeller(new PrintStream(out, true, StandardCharsets.UTF_8), terminal, () -> now);
  }

  private String told() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
