package io.callmesh.standalone;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The connector of the demo and of {@code up --with-demo-agent}: one agent, one Flex workflow. */
final class DemoConnector {
  static final String PROJECT = "demo";
  static final String NUMBER = "+15550100000";
  static final String WORKFLOW_SID = "WW00000000000000000000000000000001";

  private DemoConnector() {}

  /** The body of the request that creates it. */
  static JsonObject body(String agentUrl) {
    return new JsonObject()
        .put("name", "demo")
        .put("accountId", "demo-account")
        .put("clientEnv", "sandbox")
        .put("asrLangCode", "en-US")
        .put("ttsLangCode", "en-US")
        .put(
            "agent",
            new JsonObject()
                .put("protocol", "callmesh")
                .put("url", agentUrl)
                .put(
                    "audio",
                    new JsonObject().put("encoding", "pcm_s16le").put("sampleRate", 16_000)))
        .put(
            "destinations",
            new JsonArray()
                .add(
                    new JsonObject()
                        .put("name", "people")
                        .put("description", "Whoever is free in Flex")
                        .put("method", "flex")
                        .put("route", WORKFLOW_SID)));
  }
}
