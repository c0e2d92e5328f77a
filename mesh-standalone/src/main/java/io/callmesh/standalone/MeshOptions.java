package io.callmesh.standalone;

import java.net.URI;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which project of which mesh a command is about, and who asks. */
final class MeshOptions {
  /** Where a key is looked for, in this order. */
  private static final String[] KEYS = {"CALLMESH_API_KEY", "CALLMESH_ADMIN_API_KEY"};

  @Option(
      names = "--project",
      required = true,
      paramLabel = "PROJECT",
      description = "The project, as in the API's /v1/agents/PROJECT/.")
  private String project;

  @Option(
      names = "--account",
      paramLabel = "ACCOUNT",
      description =
          "Whose configuration, for a key to several accounts. Default: the only one there; needed"
              + " in a project that has nothing yet.")
  private @Nullable String account;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "http://localhost:8080",
      description = "Where the mesh is. Default: ${DEFAULT-VALUE}")
  private String url;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description =
          "A key with the right provision. Better in the environment: CALLMESH_API_KEY, or else"
              + " CALLMESH_ADMIN_API_KEY.")
  private @Nullable String apiKey;

  String project() {
    return project;
  }

  @Nullable String account() {
    return account;
  }

  /** The mesh's API; a key and a URL that cannot be are a {@link UserErrorException}. */
  MeshApi api(Map<String, String> environment) {
    return new MeshApi(base(), key(environment));
  }

  private String key(Map<String, String> environment) {
    String key = told(environment).strip();
    if (!key.chars().allMatch(character -> character > ' ' && character < 0x7f)) {
      throw new UserErrorException("the API key has characters that no key has: copy it again");
    }
    return key;
  }

  private String told(Map<String, String> environment) {
    return Stream.concat(
            Stream.ofNullable(apiKey),
            Stream.of(KEYS).map(name -> environment.getOrDefault(name, "")))
        .filter(key -> !key.isBlank())
        .findFirst()
        .orElseThrow(
            () ->
                new UserErrorException(
                    "an API key is needed: give --api-key, or set CALLMESH_API_KEY"));
  }

  private URI base() {
    try {
      URI base = URI.create(url.endsWith("/") ? url : url + "/");
      if (("http".equals(base.getScheme()) || "https".equals(base.getScheme()))
          && base.getHost() != null) {
        return base;
      }
    } catch (IllegalArgumentException malformed) {
      // told below, in the same words
    }
    throw new UserErrorException("--url must be http(s)://host[:port], was '" + url + "'");
  }
}
