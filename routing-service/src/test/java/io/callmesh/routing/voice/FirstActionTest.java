package io.callmesh.routing.voice;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstActionTest {
  private static final String WEB = "https://mesh.example";
  private static final String ACTION = WEB + "/twilio/connect-action?a=1&amp;b=2";

  private static Optional<FirstAction> in(String content) {
    return FirstAction.in("<?xml version=\"1.0\"?><Response>" + content + "</Response>", WEB);
  }

  @Test
  void findsTheFirstVerbThatAsksUs() {
    assertThat(
            in(
                "<Gather action='https://other.example/'/><Say>a</Say><Connect action='"
                    + ACTION
                    + "'><Stream/></Connect><Dial action='https://mesh.example/dial'/>"))
        .contains(new FirstAction("Connect", "https://mesh.example/twilio/connect-action?a=1&b=2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<Say><amazon:effect name='whispered'>a</amazon:effect></Say>",
        "<Say amazon:voice='a' b:c='d'>a</Say>",
        "<b:Say b:action='https://mesh.example/x'/>",
        "<Say xmlns:a=''>a</Say>",
        "<Say a:b:c='1'/>",
      })
  void takesPrefixesThatNobodyDeclared(String before) {
    assertThat(in(before)).isEmpty();
    assertThat(in(before + "<Dial action='" + ACTION + "'/>").map(FirstAction::verb))
        .contains("Dial");
  }
}
