"""The window: PySide6 over the use cases. Nothing here writes data by itself."""
