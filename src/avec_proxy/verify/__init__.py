"""Plants invented values through a running gateway or proxy, and says whether they left it."""
