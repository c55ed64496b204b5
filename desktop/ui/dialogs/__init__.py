"""Windows over the window: each asks for one decision or shows one thing."""
