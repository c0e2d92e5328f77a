package io.callmesh.standalone;

import io.callmesh.contracts.Ids;
import io.callmesh.contracts.security.Secret;
import io.callmesh.runtime.config.Settings;
import io.callmesh.simulator.twilio.TwilioAccount;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * The secrets that a mesh on its own makes up when nobody sets them: kept beside its data, readable
 * by their owner alone, the same after a restart. By variable name.
 */
final class StandaloneSecrets {
  static final String ADMIN_API_KEY = "CALLMESH_ADMIN_API_KEY";
  static final String TICKET_SECRET = "CALLMESH_TICKET_SECRET";
  static final String TWILIO_ACCOUNTS = "CALLMESH_TWILIO_ACCOUNTS";

  private static final String FILE = "secrets.properties";

  private StandaloneSecrets() {}

  /** New ones, kept nowhere. */
  static Map<String, String> fresh() {
    Map<String, String> secrets = new HashMap<>();
    secrets.put(ADMIN_API_KEY, Ids.hex(24));
    secrets.put(TICKET_SECRET, Ids.hex(32));
    secrets.put(
        TWILIO_ACCOUNTS,
        "[{\"accountSid\":\"AC%s\",\"authTokens\":[\"%s\"]}]".formatted(Ids.hex(16), Ids.hex(16)));
    return secrets;
  }

  /** The first Twilio account of these settings, to call with. */
  static TwilioAccount twilioAccount(Settings settings) {
    JsonObject account = new JsonArray(settings.required(TWILIO_ACCOUNTS)).getJsonObject(0);
    return new TwilioAccount(
        account.getString("accountSid"),
        new Secret(account.getJsonArray("authTokens").getString(0)));
  }

  /** Those of a data directory, made up the first time. */
  static Map<String, String> of(Path dataDir) {
    Path file = dataDir.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(dataDir);
        write(file, fresh());
      }
      return read(file);
    } catch (IOException e) {
      throw new UserErrorException(
          "CALLMESH_DATA must be a directory that can be written: " + file + ": " + e.getMessage());
    }
  }

  private static Map<String, String> read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    Map<String, String> secrets = new HashMap<>();
    properties
        .stringPropertyNames()
        .forEach(name -> secrets.put(name, properties.getProperty(name)));
    return secrets;
  }

  private static void write(Path file, Map<String, String> secrets) throws IOException {
    Properties properties = new Properties();
    properties.putAll(secrets);
    Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rw-------");
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        posix
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(owner)}
            : new FileAttribute<?>[0];
    Files.createFile(file, attributes);
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "Made up by callmesh because nobody set them. Keep them secret.");
    }
  }
}
