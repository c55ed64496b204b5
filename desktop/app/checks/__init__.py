"""Every check of 数据体检, in the order they are shown. Adding one is one line in the tuple of its subject."""

from desktop.app.checks import catalogued, placing, standards, whole

CHECKS = (*whole.CHECKS, *standards.CHECKS, *placing.CHECKS, *catalogued.CHECKS)
"""All of them."""
