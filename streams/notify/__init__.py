"""Delivery of alerts: a durable document for each alert and channel, sent once where the channel allows it.

deliveries   the documents: create-only, changed only by who has seen their last change
routing      an alert becomes its deliveries
following    what a follow-up does to the deliveries of what it follows
mutes        what nobody wants to hear for now
sending      one task per channel: claims, sends, records
messages     how an alert reads
channels     where it goes
"""
