package io.callmesh.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.callmesh.runtime.config.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WelcomeTest {
  private static final String ACCOUNTS =
      "[{\"accountSid\":\"AC1\",\"authTokens\":[\"real-token\"]}]";

  private final Map<String, String> madeUp = StandaloneSecrets.fresh();

  private String welcome(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("CALLMESH_PORT", "28080");
    all.put("CALLMESH_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092");
    Settings settings = StandaloneMesh.settings(all, madeUp);
    Welcome welcome = new Welcome(settings, madeUp, 28080);
    StringWriter text = new StringWriter();
    welcome.print(new PrintWriter(text), 28081);
    return text + "call" + welcome.callOptions();
  }

  @Test
  void showsWhatWasMadeUp() {
    assertThat(welcome(Map.of()))
        .contains(
            String.valueOf(madeUp.get(StandaloneSecrets.ADMIN_API_KEY)),
            "call --url http://localhost:28080 --account-sid AC",
            "https://<your tunnel>/twilio/voice")
        .doesNotContain("--public-url");
  }

  @Test
  void blankVariableCountsAsMadeUp() {
    assertThat(welcome(Map.of("CALLMESH_ADMIN_API_KEY", "", "CALLMESH_TWILIO_ACCOUNTS", " ")))
        .contains("made up; send it as x-api-key", "--auth-token");
  }

  @Test
  void showsNoSecretThatSomebodySet() {
    assertThat(
            welcome(
                Map.of("CALLMESH_ADMIN_API_KEY", "real-key", "CALLMESH_TWILIO_ACCOUNTS", ACCOUNTS)))
        .contains("the one in CALLMESH_ADMIN_API_KEY")
        .doesNotContain("real-key", "real-token", "--auth-token");
  }

  @Test
  void showsNoSecretOfTheConfigurationFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("callmesh.properties");
    String lines = "CALLMESH_ADMIN_API_KEY=real-key\nCALLMESH_TWILIO_ACCOUNTS=" + ACCOUNTS + "\n";
    assertThat(welcome(Map.of("CALLMESH_CONFIG", Files.writeString(file, lines).toString())))
        .doesNotContain("real-key", "real-token", "made up");
  }

  @Test
  void callsAreSignedForThePublicUrl() {
    assertThat(welcome(Map.of("CALLMESH_PUBLIC_URL", "https://mesh.example.com/")))
        .contains(
            "call --url http://localhost:28080 --public-url https://mesh.example.com ",
            "     https://mesh.example.com/twilio/voice");
  }
}
