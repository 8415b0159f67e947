"""A server that speaks E2B's protocol and stands in for its cloud: see `server`."""
