"""Shared by all tests."""

import signal

pytest_plugins = ["tests.servers"]

# A shell's background job ignores Ctrl-C, and so would every process the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
