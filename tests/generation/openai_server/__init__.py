"""A server that speaks OpenAI's protocol and stands in for its service: see `server`."""
