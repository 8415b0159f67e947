"""Problems with four-tier test suites, wherever they come from."""
