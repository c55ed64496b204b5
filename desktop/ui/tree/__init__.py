"""The tree of a system on the screen."""
