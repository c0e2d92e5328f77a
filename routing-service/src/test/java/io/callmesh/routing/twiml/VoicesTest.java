package io.callmesh.routing.twiml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VoicesTest {
  @ParameterizedTest
  @CsvSource({
    "man, man",
    "woman, woman",
    "alice, alice",
    "Polly.Amy-Neural, Polly.Amy-Neural",
    "Polly.Céline, Polly.Céline",
    "Google.en-GB-Standard-A, Google.en-GB-Standard-A",
    "Google.de-DE-Chirp3-HD-Aoede, Google.de-DE-Chirp3-HD-Aoede",
    "en-GB-Standard-A, Google.en-GB-Standard-A",
    "en-US-Chirp3-HD-Aoede, Google.en-US-Chirp3-HD-Aoede",
    "cmn-CN-Wavenet-B, Google.cmn-CN-Wavenet-B",
    "es-419-Neural2-A, Google.es-419-Neural2-A",
    "sr-rs-Standard-A, Google.sr-rs-Standard-A",
    "' en-GB-Standard-A ', Google.en-GB-Standard-A",
    "'', ''",
    "Alice, ''",
    "rachel, ''",
    "21m00Tcm4TlvDq8ikWAM, ''",
    "en-GB, ''",
    "en-GB-SoniaNeural, ''",
    "Polly., ''",
    "Polly.A B, ''",
    "'Polly.A\"><Hangup/>', ''",
    "en-GB-Standard-, ''",
  })
  void knowsWhatTwilioCanSay(String voiceName, String voice) {
    assertThat(Voices.say(voiceName)).isEqualTo(voice);
  }
}
