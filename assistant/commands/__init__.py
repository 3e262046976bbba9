"""The commands of `varde`: one module a group, each adds its own arguments and imports what it needs late."""
