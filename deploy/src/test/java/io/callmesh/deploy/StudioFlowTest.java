package io.callmesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the Studio flow that users import to {@link StudioRules}, to the code and to its page. */
class StudioFlowTest {
  private static final String FLOW = Repository.text("deploy/twilio/studio-flow.json");
  private static final Pattern REDIRECT =
      Pattern.compile("\"url\": \"(https://callmesh\\.example\\.com[^\"]*)\"");
  private static final Pattern PLACEHOLDER =
      Pattern.compile("callmesh\\.example\\.com|CONNECTOR-ID|YOUR-SERVICE-0000|[A-Z]{2}0{32}");

  @Test
  void keepsTheRules() {
    assertThat(StudioRules.breaches(FLOW)).isEmpty();
  }

  @Test
  void sendsTheCallToARouteOfTheCode() throws Exception {
    List<MatchResult> redirects = REDIRECT.matcher(FLOW).results().toList();
    assertThat(redirects).hasSize(1);
    String path = URI.create(redirects.get(0).group(1)).getPath();

    assertThat(routes()).anyMatch(route -> path.matches(route.replaceAll(":\\w+", "[^/]+")));
  }

  private static List<String> routes() throws Exception {
    Map<String, String> environment = new HashMap<>(MeshRules.SECRETS);
    environment.put("CALLMESH_PUBLIC_URL", "https://callmesh.example.com");
    environment.put("CALLMESH_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092");
    for (DeployedService service : DeployedService.all()) {
      if (service.name().equals("routing-service")) {
        return service.configure(environment).routes();
      }
    }
    throw new IllegalStateException("no routing-service");
  }

  @Test
  void pageNamesEverythingToReplace() {
    String page = Repository.text("deploy/twilio/README.md");
    TreeSet<String> placeholders = new TreeSet<>();
    PLACEHOLDER.matcher(FLOW).results().forEach(found -> placeholders.add(found.group()));

    assertThat(placeholders).hasSize(8);
    assertThat(placeholders).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
  }

  /** What each rule is for: the flow with one thing wrong, and what is said about it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "initial_state": "Trigger"         | "initial_state": "agent"            | initial_state is no trigger: agent
          "description":                     | "descripton":                       | the flow has no description
          "allow_concurrent_calls": true     | "allow_concurrent_calls": "true"    | allow_concurrent_calls is neither true nor false
          "type": "add-twiml-redirect"       | "type": "twiml-redirect"            | agent is of the unknown type twiml-redirect
          "name": "sorry"                    | "name": "so sorry"                  | 'so sorry' is no name that Liquid can say
          "name": "to_flex_bare"             | "name": "sorry"                     | two states are called sorry
          "event": "timeout"                 | "event": "timedOut"                 | agent has no event timedOut
          "event": "callFailure"             | "event": "callComplete"             | to_flex lists callComplete twice
          "event": "incomingRequest"         | "event": "incomingParent"           | Trigger does not list every event
          "next": "to_flex"                  | "next": "to_flecks"                 | handoff_state leads to to_flecks, which is not there
          "next": "to_flex"                  | "next": "to_flex_unread"            | no call comes to to_flex
          "next": "sorry"                    | "next": "agent"                     | a call may go round by
          "next": "handoff_state",           | ``                                  | where leaves the caller alone on match
          "conditions":                      | "condition":                        | a transition of where has no conditions
          "type": "is_not_blank"             | "type": "not_blank"                 | a condition of where is of the unknown type not_blank
          "value": "Is Not Blank"            | "value": true                       | a condition of where has a value that is no text
          "input": "{{widgets.agent.handoff}}" | "input": "{{widgets.agent.reason}}" | looks at something else than the input
          "timeout": "14400"                 | "timeout": 14400                    | agent.timeout must be 0 to 14400 s in a string
          "timeout": "14400"                 | "timeout": "14401"                  | agent.timeout must be 0 to 14400 s in a string
          "method": "POST"                   | "method": "PUT"                     | agent.method must be GET or POST
          "url": "https://callmesh           | "url": "http://callmesh             | agent.url must be an https URL
          "workflow": "WW                    | "workflow_sid": "WW                 | the properties of to_flex has a workflow_sid
          "channel": "TC                     | "channel": "WW                      | to_flex.channel must be a SID that begins with TC
          "loop": 1                          | "loop": "1"                         | sorry.loop must be a number
          "key": "call_sid"                  | "key": "method"                     | handoff_state.parameters must be a list of keys and values
          "y": 1200                          | "y": "1200"                         | sorry.offset must be x and y
          {{widgets.agent.handoff}}          | {{widgets.agnet.handoff}}           | names agnet.handoff, which is not there
          {{widgets.agent.handoff}}          | {{widgets.agent.destination}}       | names agent.destination, which is not there
          {{widgets.agent.handoff}}          | {{widgets.handoff_state.parsed.id}} | where.input names handoff_state.parsed.id, which some calls do not bring
          {{widgets.agent.sharedId}}         | {{widgets.handoff_state.parsed.id}} | to_flex_unread.attributes names handoff_state.parsed.id, which some calls do not bring
          {{trigger.call.CallSid}}           | {{trigger.call.Callsid}}            | names trigger.call.Callsid, which no call has
          {{trigger.call.CallSid}}           | {{call.CallSid}}                    | names call.CallSid, which is nothing
          {{trigger.call.CallSid}}           | {{trigger.call.CallSid              | has Liquid that does not end
          {{trigger.call.CallSid}}           | {{'a' and 'b'}}   | has Liquid that is no plain name
          \\"{{widgets.agent.sharedId}}\\"     | {{widgets.agent.sharedId}}          | to_flex_unread.attributes is no JSON when filled in
          {{widgets.handoff_state.body}}     | \\"{{widgets.handoff_state.body}}\\"  | to_flex.attributes is no JSON when filled in
          \\"name\\":                          | \\"from\\":                           | to_flex.attributes writes from, which is TaskRouter's
          \\"Customer\\"}                      | \\"Customer\\"                        | to_flex.attributes is no JSON when filled in
          """)
  void wouldNotGoUnnoticed(String right, String wrong, String breach) {
    assertThat(FLOW).contains(right);
    String broken = FLOW.replace(right, wrong);
    assertThat(StudioRules.breaches(broken)).anySatisfy(said -> assertThat(said).contains(breach));
  }

  @ParameterizedTest
  @ValueSource(strings = {",]", "}", "//", "\"flags\": {}, "})
  void isReadStrictly(String extra) {
    String broken = extra.startsWith("\"") ? FLOW.replaceFirst("\\{", "{" + extra) : FLOW + extra;
    assertThat(StudioRules.breaches(broken))
        .anySatisfy(said -> assertThat(said).startsWith("the flow is no JSON"));
  }
}
