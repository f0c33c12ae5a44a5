"""Worker processes: where prompts are analysed, apart from the network and its event loop."""
