package io.callmesh.runtime.config;

/**
 * A setting is missing or wrong. The message is one sentence that names the variable, for the
 * operator.
 */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** A sentence that names the variable, the rule, and the value unless it is secret. */
  public ConfigException(String sentence) {
    super(sentence);
  }
}
