"""What takes too long for the suite: the state machines at length, a hundred thousand damaged bundles, all counties."""
