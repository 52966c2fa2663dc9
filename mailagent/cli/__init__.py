"""The commands, one file a group; thin."""
