"""Models that are too plain to be wrong, for the tests to hold the real thing against."""
