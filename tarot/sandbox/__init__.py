"""Running untrusted programs: providers of the `Sandbox` protocol."""
