"""The subcommands of `eightcount`, one file each; heavy imports wait until a command runs."""
