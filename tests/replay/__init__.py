"""A wire of some 300 stories about invented arms deals, as several agencies would send it."""
