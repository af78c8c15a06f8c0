"""The live monitor: a page for the desk, and the server behind it.

`following` reads stories and alerts from Kafka, `board` holds what is to be seen, `server` shows it.
"""
