package io.callmesh.routing.twiml;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A text with {@code $variables}: {@code $name}, {@code ${name}}, and {@code $name.member} for what
 * is inside of the data handed over. {@code $$} is a dollar, and so is one that no name follows.
 */
public final class Template {
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*+";

  /** Possessive: a group repeated in any other way recurses, once for each member. */
  private static final String PATH = NAME + "(?:\\." + NAME + ")*+";

  private static final Pattern VARIABLE =
      Pattern.compile("\\$(?:(\\$)|\\{(" + PATH + ")\\}|(" + PATH + "))");

  private final List<Part> parts;

  private Template(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /** A piece of text as it is, or the name of a variable. */
  private record Part(String text, boolean variable) {}

  /** The template that a text is. */
  public static Template of(String text) {
    List<Part> parts = new ArrayList<>();
    Matcher variable = VARIABLE.matcher(text);
    StringBuilder literal = new StringBuilder();
    int from = 0;
    while (variable.find()) {
      literal.append(text, from, variable.start());
      from = variable.end();
      if (variable.group(1) != null) {
        literal.append('$');
      } else {
        parts.add(new Part(literal.toString(), false));
        literal.setLength(0);
        parts.add(new Part(name(variable), true));
      }
    }
    parts.add(new Part(literal.append(text, from, text.length()).toString(), false));
    return new Template(parts);
  }

  private static String name(Matcher variable) {
    String braced = variable.group(2);
    return braced == null ? variable.group(3) : braced;
  }

  /** A text in which nothing is a variable. */
  static Template literal(String text) {
    return new Template(List.of(new Part(text, false)));
  }

  /** The text with the variables' values as they are. */
  public String fill(Variables variables) {
    StringBuilder filled = new StringBuilder();
    fill(filled, variables::value);
    return filled.toString();
  }

  /** Appends the text, with what a function gives for each variable's name. */
  void fill(StringBuilder filled, UnaryOperator<String> values) {
    for (Part part : parts) {
      filled.append(part.variable() ? values.apply(part.text()) : part.text());
    }
  }

  /** Whether the text is nothing but white space, without a variable. */
  boolean isBlank() {
    return parts.stream().noneMatch(Part::variable) && parts.get(0).text().isBlank();
  }

  /** Whether a variable is the first thing in the text but for white space. */
  boolean beginsWithVariable() {
    return parts.stream().anyMatch(Part::variable) && parts.get(0).text().isBlank();
  }

  /** The bytes of the text without its variables. */
  int bytes() {
    return parts.stream()
        .filter(part -> !part.variable())
        .mapToInt(part -> Markup.bytes(part.text()))
        .sum();
  }

  /** The names of the variables, in order. */
  public Set<String> names() {
    return parts.stream()
        .filter(Part::variable)
        .map(Part::text)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
