"""The demonstration: an embedded stand-in LLM, the gateway in front of it, the official SDKs driving both."""
