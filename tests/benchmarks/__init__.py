"""Speed of the product against a named baseline measured in the same run; outside the timed tests."""
