package io.callmesh.worker.session;

import static io.callmesh.worker.session.SessionRig.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.FormatMethod;
import io.callmesh.contracts.connector.AgentEndpoint.Protocol;
import io.callmesh.contracts.frame.Frame;
import io.callmesh.contracts.frame.FrameKind;
import io.callmesh.contracts.handoff.Outcome;
import io.callmesh.contracts.session.StreamEnd;
import io.vertx.core.eventbus.Message;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The worker in Twilio's place, towards a bot on a real socket. */
@Timeout(30)
class MediaStreamsSessionTest {
  private static final String SID = SessionRig.streamSid(1);

  private final SessionRig rig;
  private final FakeAgent bot;

  MediaStreamsSessionTest() throws Exception {
    rig = new SessionRig();
    bot = new FakeAgent(rig.vertx);
  }

  @BeforeEach
  void connector() {
    rig.agent(1, Protocol.TWILIO_MEDIA_STREAMS, bot.url(), false);
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  @Test
  void introducesItselfAsTwilioDoes() throws Exception {
    rig.open(1, Map.of("tier", "gold", "callmesh.from", "forged"), false);
    ServerWebSocket socket = bot.next();

    assertThat(bot.texts.take())
        .isEqualTo(json("{'event':'connected','protocol':'Call','version':'1.0.0'}"));
    assertThat(bot.texts.take())
        .isEqualTo(
            json(
                "{'event':'start','sequenceNumber':'1','streamSid':'%1$s','start':{"
                    + "'accountSid':'%2$s','callSid':'%3$s','streamSid':'%1$s',"
                    + "'tracks':['inbound'],'mediaFormat':{'encoding':'audio/x-mulaw',"
                    + "'sampleRate':8000,'channels':1},'customParameters':{'tier':'gold',"
                    + "'callmesh.conversationId':'conv-1','callmesh.accountId':'acc',"
                    + "'callmesh.projectId':'proj','callmesh.connectorId':'conn-1',"
                    + "'callmesh.clientEnv':'live','callmesh.variantId':'v1',"
                    + "'callmesh.asrLangCode':'en-GB','callmesh.ttsLangCode':'en-US',"
                    + "'callmesh.voiceName':'Ada','callmesh.from':'+14155550100',"
                    + "'callmesh.to':'+14155550199','callmesh.sharedId':'s-1',"
                    + "'callmesh.resume':'false'}}}",
                SID, SessionRig.ACCOUNT, SessionRig.callSid(1)));
    assertThat(socket.subProtocol()).isNull();
    assertThat(socket.headers().contains("Sec-WebSocket-Protocol")).isFalse();
  }

  @Test
  void sendsMediaKeysAndStopInOneSequence() throws Exception {
    opened();

    rig.audio(1, bytes(160, 0x7f));
    rig.signal(1, FrameKind.DTMF, "5");
    rig.audio(1, bytes(240, 1));
    rig.signal(1, FrameKind.END, StreamEnd.CALLER_HUNG_UP.text());

    assertThat(bot.texts.take())
        .isEqualTo(
            json(
                "{'event':'media','sequenceNumber':'2','streamSid':'%s','media':{'track':'inbound',"
                    + "'chunk':'1','timestamp':'20','payload':'%s'}}",
                SID, base64(bytes(160, 0x7f))));
    assertThat(bot.texts.take())
        .isEqualTo(
            json(
                "{'event':'dtmf','sequenceNumber':'3','streamSid':'%s',"
                    + "'dtmf':{'track':'inbound_track','digit':'5'}}",
                SID));
    assertThat(bot.texts.take().getJsonObject("media"))
        .isEqualTo(
            json(
                "{'track':'inbound','chunk':'2','timestamp':'50','payload':'%s'}",
                base64(bytes(240, 1))));
    assertThat(bot.texts.take())
        .isEqualTo(
            json(
                "{'event':'stop','sequenceNumber':'5','streamSid':'%s','stop':{"
                    + "'accountSid':'%s','callSid':'%s'}}",
                SID, SessionRig.ACCOUNT, SessionRig.callSid(1)));
    bot.closed.take();
  }

  @Test
  void playsMediaOfAnySizeAndEchoesItsMark() throws Exception {
    ServerWebSocket socket = opened();

    media(socket, bytes(250, 3));
    media(socket, bytes(0, 0));
    media(socket, bytes(150, 4));
    mark(socket, "u1");

    assertThat(rig.sent(1).take().payload()).hasSize(160).containsOnly(3);
    assertThat(rig.sent(1).take().payload()).hasSize(160).startsWith(3).endsWith(4);
    assertThat(rig.sent(1).take().payload()).hasSize(80).containsOnly(4);
    Frame mark = rig.sent(1).take();
    rig.signal(1, FrameKind.MARK, mark.text());
    assertThat(bot.texts.take())
        .isEqualTo(
            json(
                "{'event':'mark','sequenceNumber':'2','streamSid':'%s','mark':{'name':'u1'}}",
                SID));
  }

  @Test
  void echoesAllOutstandingMarksOnClear() throws Exception {
    ServerWebSocket socket = opened();

    media(socket, bytes(8_000 * 3, 1));
    mark(socket, "sent and waiting");
    media(socket, bytes(160, 1));
    mark(socket, "behind");
    say(socket, "{'event':'clear','streamSid':'%s'}", SID);
    media(socket, bytes(160, 2));
    mark(socket, "new");

    assertThat(bot.texts.take().getJsonObject("mark").getString("name"))
        .isEqualTo("sent and waiting");
    assertThat(bot.texts.take().getJsonObject("mark").getString("name")).isEqualTo("behind");
    rig.until(1, FrameKind.CLEAR);
    assertThat(rig.sent(1).take().payload()).containsOnly(2);
    rig.signal(1, FrameKind.MARK, rig.sent(1).take().text());
    assertThat(bot.texts.take().getJsonObject("mark").getString("name")).isEqualTo("new");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "",
        "null",
        "[]",
        "{}",
        "{'event':'media','streamSid':'MZ9','media':{'payload':'AAAA'}}",
        "{'event':'media','media':{'payload':'AAAA'}}",
        "{'event':'media','streamSid':'@'}",
        "{'event':'media','streamSid':'@','media':{}}",
        "{'event':'media','streamSid':'@','media':'AAAA'}",
        "{'event':'media','streamSid':'@','media':['payload','AAAA']}",
        "{'event':'media','streamSid':'@','media':{'payload':'%%%'}}",
        "{'event':'media','streamSid':'@','media':{'payload':'AAAA'}} {}",
        "{'event':'media','streamSid':'@','media':{'payload':7}}",
        "{'event':'mark','streamSid':'@','mark':{'name':''}}",
        "{'event':'mark','streamSid':'@','mark':{}}",
        "{'event':'clear','streamSid':'MZ9'}",
        "{'event':'stop','streamSid':'@'}",
        "{'event':7,'streamSid':'@'}",
      })
  void ignoresAndCountsWhatTwilioWouldNotTake(String message) throws Exception {
    ServerWebSocket socket = opened();

    socket.writeTextMessage(quoted(message.replace("@", SID)));
    media(socket, bytes(160, 9));

    assertThat(rig.sent(1).take().payload()).containsOnly(9);
    assertThat(rig.count("callmesh.worker.agent.messages", "type", "malformed")).isEqualTo(1);
    assertThat(bot.texts).isEmpty();
  }

  @Test
  void takesMembersThatNobodyKnows() throws Exception {
    ServerWebSocket socket = opened();

    say(
        socket,
        "{'x':{'payload':[1]},'media':{'track':'outbound','y':[{}],'payload':'%s','z':{}},"
            + "'streamSid':'%s','event':'media','mark':{'name':'no'}}",
        base64(bytes(160, 6)),
        SID);

    assertThat(rig.sent(1).take().payload()).hasSize(160).containsOnly(6);
  }

  /** At Twilio the next verb would run: here that is the connector's first destination. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "     |false|HANDOFF|",
        "bye  |false|HANDOFF|",
        "handoff|false|HANDOFF|",
        "handoff front desk|false|HANDOFF|front desk",
        "handoff nowhere|false|HANDOFF|",
        "hangup|false|HANGUP|",
        "     |true|HANGUP|",
        "handoff front desk|true|HANGUP|"
      })
  void takesANormalCloseForTheEndOfTheAgentsPart(
      String closeReason, boolean disableHandoff, Outcome.Kind kind, String destination)
      throws Exception {
    rig.agent(1, Protocol.TWILIO_MEDIA_STREAMS, bot.url(), disableHandoff);
    ServerWebSocket socket = opened();
    media(socket, bytes(160, 5));

    if (closeReason == null) {
      SessionRig.await(socket.close());
    } else {
      SessionRig.await(socket.close((short) 1000, closeReason));
    }
    Message<Outcome> request = rig.storing.take();
    request.reply(null);

    assertThat(request.body().kind()).isEqualTo(kind);
    assertThat(request.body().destination()).isEqualTo(destination);
    assertThat(request.body().reason())
        .isEqualTo(kind == Outcome.Kind.HANDOFF ? "agent_closed" : null);
    assertThat(rig.sent(1).take().payload()).as("still played").containsOnly(5);
    rig.signal(1, FrameKind.MARK, rig.until(1, FrameKind.MARK).text());
    rig.until(1, FrameKind.END);
    assertThat(bot.connections).as("not dialled again").isEmpty();
  }

  @Test
  void givesTheCallBackEvenIfNobodyCanStoreWhy() throws Exception {
    ServerWebSocket socket = opened();

    SessionRig.await(socket.close());
    rig.storing.take().fail(400, "no");

    rig.until(1, FrameKind.END);
  }

  @Test
  void isANewStreamToABotThatLostItsConnection() throws Exception {
    ServerWebSocket first = opened();
    rig.audio(1, bytes(160, 1));
    assertThat(bot.texts.take().getString("event")).isEqualTo("media");

    SessionRig.await(first.close((short) 1011));
    bot.next();
    rig.audio(1, bytes(160, 2));

    assertThat(bot.texts.take().getString("event")).isEqualTo("connected");
    JsonObject start = bot.texts.take();
    assertThat(start.getString("streamSid")).matches("MZ[0-9a-f]{32}").isNotEqualTo(SID);
    assertThat(start.getString("sequenceNumber")).isEqualTo("1");
    JsonObject details = start.getJsonObject("start");
    assertThat(details.getString("streamSid")).isEqualTo(start.getString("streamSid"));
    assertThat(details.getString("callSid")).isEqualTo(SessionRig.callSid(1));
    assertThat(details.getJsonObject("customParameters"))
        .contains(
            Map.entry("callmesh.resume", "true"),
            Map.entry("callmesh.resumeReason", "agent_reconnected"));
    assertThat(bot.texts.take().getJsonObject("media").getString("chunk")).isEqualTo("1");
  }

  /** An open session whose first two messages to the bot are out of the way. */
  @CanIgnoreReturnValue
  private ServerWebSocket opened() throws Exception {
    rig.open(1);
    ServerWebSocket socket = bot.next();
    assertThat(bot.texts.take().getString("event")).isEqualTo("connected");
    assertThat(bot.texts.take().getString("event")).isEqualTo("start");
    return socket;
  }

  private static void media(ServerWebSocket to, byte[] mulaw) {
    say(to, "{'event':'media','streamSid':'%s','media':{'payload':'%s'}}", SID, base64(mulaw));
  }

  private static void mark(ServerWebSocket to, String name) {
    say(to, "{'event':'mark','streamSid':'%s','mark':{'name':'%s'}}", SID, name);
  }

  @FormatMethod
  private static void say(ServerWebSocket to, String format, Object... values) {
    to.writeTextMessage(quoted(format.formatted(values)));
  }

  @FormatMethod
  private static JsonObject json(String format, Object... values) {
    return new JsonObject(quoted(format.formatted(values)));
  }

  private static String quoted(String json) {
    return json.replace('\'', '"');
  }

  private static String base64(byte[] mulaw) {
    return Base64.getEncoder().encodeToString(mulaw);
  }
}
