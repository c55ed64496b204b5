"""Use cases: what a person does is one function here, one transaction, one Chinese label, and returns `Changes`."""
