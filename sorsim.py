"""sorsim: a simulator of a fragmented stock market."""

__version__ = "0.1.0"
