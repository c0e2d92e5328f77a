package io.callmesh.worker;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Texts that are nearly messages. */
public final class Mutations {
  private Mutations() {}

  /** A valid message in which some characters became another, went, or were doubled. */
  public static Arbitrary<String> of(String... valid) {
    Arbitrary<Integer> changes = Arbitraries.integers().between(0, 1_000_000);
    Arbitrary<String> with =
        Arbitraries.oneOf(
            Arbitraries.of("", "\"", "{", "}", "[", "]", ",", ":", "0", "null", "\\", "\u0000"),
            Arbitraries.strings().ofMaxLength(3));
    return Combinators.combine(Arbitraries.of(valid), changes.array(int[].class).ofMaxSize(3), with)
        .as((text, places, piece) -> mutate(text, places, piece));
  }

  private static String mutate(String text, int[] places, String piece) {
    StringBuilder mutated = new StringBuilder(text);
    Arrays.stream(places)
        .filter(place -> mutated.length() > 0)
        .forEach(
            place -> {
              int at = place % mutated.length();
              mutated.replace(at, Math.min(mutated.length(), at + place % 3), piece);
            });
    return mutated.toString();
  }
}
