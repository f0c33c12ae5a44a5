"""A folder of a hospital's own rules and lists: read whole, looked at apart, taken or refused whole."""
