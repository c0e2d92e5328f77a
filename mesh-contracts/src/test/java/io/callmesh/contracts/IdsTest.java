package io.callmesh.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdsTest {

  @Test
  void tellsByItsPrefixWhatAnIdIs() {
    assertThat(Ids.conversation()).matches("conv-[0-9a-f]{32}");
    assertThat(Ids.connector()).matches("conn-[0-9a-f]{32}");
    assertThat(Ids.apiKey()).matches("key-[0-9a-f]{16}");
    assertThat(Ids.instance()).matches("[0-9a-f]{16}");
    assertThat(Ids.hex(3)).matches("[0-9a-f]{6}");
  }

  @Test
  void doesNotRepeatItself() {
    Set<Object> ids = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      ids.add(Ids.conversation());
      ids.add(Ids.streamKey());
    }
    assertThat(ids).hasSize(2_000);
  }
}
