"""The import, step by step."""
