package io.callmesh.routing.voice;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwilioFormTest {
  @Test
  void decodesOnceAndTrimsNothing() {
    TwilioForm form = TwilioForm.decode("From=%2B1415&Name=+J%C3%BCrgen+%26+co%3B;x+&Pct=%2525");

    assertThat(form.get("From")).isEqualTo("+1415");
    assertThat(form.get("Name")).isEqualTo(" Jürgen & co;;x ");
    assertThat(form.get("Pct")).isEqualTo("%25");
  }

  @Test
  void keepsRepeatedAndEmptyParametersForTheSignature() {
    TwilioForm form = TwilioForm.decode("b=2&a=&b=1&b=2");

    assertThat(form.values())
        .containsEntry("a", List.of(""))
        .containsEntry("b", List.of("2", "1", "2"));
    assertThat(form.values().firstKey()).isEqualTo("a");
    assertThat(form.get("b")).isEqualTo("2");
    assertThat(form.get("absent")).isEmpty();
  }

  @Test
  void sortsByCodeUnit() {
    assertThat(TwilioForm.decode("b=&a=&B=&_=").values().keySet())
        .containsExactly("B", "_", "a", "b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a=%", "a=%zz", "a=1&b=%4"})
  void isEmptyWhenThereIsNothingToRead(String text) {
    assertThat(TwilioForm.decode(text).values()).isEmpty();
  }

  @Test
  void readsNoMoreParametersThanABoundedNumber() {
    String text =
        IntStream.range(0, 5_000).mapToObj(i -> "p" + i + "=1").collect(Collectors.joining("&"));

    assertThat(TwilioForm.decode(text).values()).hasSizeLessThanOrEqualTo(500);
  }
}
