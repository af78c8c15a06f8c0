"""Prints the saved objects: `python -m streams.kibana > deploy/kibana/kawat.ndjson`."""

import sys

from streams.kibana.objects import ndjson
from streams.settings import Settings

if __name__ == "__main__":
    sys.stdout.write(ndjson(Settings.model_construct(namespace="")))
