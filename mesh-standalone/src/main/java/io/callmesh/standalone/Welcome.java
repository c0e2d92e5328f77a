package io.callmesh.standalone;

import io.callmesh.runtime.config.Settings;
import io.callmesh.runtime.security.PublicUrls;
import io.callmesh.simulator.twilio.TwilioAccount;
import java.io.PrintWriter;
import java.util.Map;

/**
 * What a person wants to know when the mesh is up. Shows the secrets that were made up, for nobody
 * else knows them, and none that somebody set, wherever that was.
 *
 * @param settings the mesh runs with
 * @param madeUp secrets by variable, for those that nobody set
 * @param port the public one
 */
record Welcome(Settings settings, Map<String, String> madeUp, int port) {
  void print(PrintWriter out, int managementPort) {
    out.println();
    out.println("callmesh is up");
    out.println("  Public port   " + port + "   for Twilio, Flex and the API");
    out.println(
        "  Management    http://localhost:" + managementPort + "/health/ready and /metrics");
    out.println("  Kafka         " + settings.required("CALLMESH_KAFKA_BOOTSTRAP_SERVERS"));
    out.println("  API key       " + apiKey());
    out.println();
    printTwilio(out);
    out.println();
    out.println("Ctrl-C stops it.");
    out.flush();
  }

  private String apiKey() {
    return isMadeUp(StandaloneSecrets.ADMIN_API_KEY)
        ? settings.required(StandaloneSecrets.ADMIN_API_KEY) + "   (made up; send it as x-api-key)"
        : "the one in CALLMESH_ADMIN_API_KEY";
  }

  private void printTwilio(PrintWriter out) {
    if (isMadeUp(StandaloneSecrets.TWILIO_ACCOUNTS)) {
      out.println("No Twilio account is set, so one was made up for simulated calls:");
      out.println("  ./callmesh call" + callOptions());
      out.println();
    }
    out.println("To take real calls:");
    out.println(
        "  1. Open a tunnel:   ngrok http %1$d     (or cloudflared tunnel --url http://localhost:%1$d)"
            .formatted(port));
    out.println(
        "  2. Start again with the tunnel's https URL in CALLMESH_PUBLIC_URL and your account in");
    out.println(
        "     CALLMESH_TWILIO_ACCOUNTS='[{\"accountSid\":\"AC…\",\"authTokens\":[\"…\"]}]'");
    out.println(
        "  3. Create a connector, import your number and assign it (README.md, \"Connect a real number\")");
    out.println(
        "  4. In Twilio's console let the number's \"A call comes in\" be a webhook, HTTP POST, to");
    String base = publicUrl().equals(localUrl()) ? "https://<your tunnel>" : publicUrl();
    out.println("     " + base + "/twilio/voice");
  }

  /**
   * Options of {@code callmesh call} for this mesh. With an account that somebody set it is the
   * same variable that tells {@code call} the Auth Token.
   */
  String callOptions() {
    String signing = publicUrl().equals(localUrl()) ? "" : " --public-url " + publicUrl();
    return " --url " + localUrl() + signing + account() + " --to " + DemoConnector.NUMBER;
  }

  private String account() {
    if (!isMadeUp(StandaloneSecrets.TWILIO_ACCOUNTS)) {
      return "";
    }
    TwilioAccount account = StandaloneSecrets.twilioAccount(settings);
    return " --account-sid %s --auth-token %s"
        .formatted(account.accountSid(), account.authToken().reveal());
  }

  private boolean isMadeUp(String variable) {
    return settings.required(variable).equals(madeUp.get(variable));
  }

  private String publicUrl() {
    return PublicUrls.from(settings).web();
  }

  private String localUrl() {
    return "http://localhost:" + port;
  }
}
