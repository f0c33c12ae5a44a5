"""avec-proxy: hides what identifies a person before a prompt reaches a chat LLM, and puts it back after."""

__version__ = "0.1.0"
