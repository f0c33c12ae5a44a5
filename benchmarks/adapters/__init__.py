"""One tool each behind the same small protocol, so that one driver can measure and compare them."""
