package io.callmesh.standalone;

import picocli.CommandLine.Command;

/** {@code callmesh config}: a project's configuration as a file, such as for git. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = {
      "Fetches and replaces a project's whole configuration: its connectors and phone numbers.",
      ""
    },
    subcommands = {ConfigExportCommand.class, ConfigApplyCommand.class},
    footer = {
      "",
      "Examples:",
      "  callmesh config export --project support --output support.yaml",
      "  callmesh config apply support.yaml --project support"
    })
public final class ConfigCommand {}
