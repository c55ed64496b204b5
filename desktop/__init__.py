"""标准化工作台: the ledgers of a standardization liaison in one offline file."""

__version__ = "0.1.0"
