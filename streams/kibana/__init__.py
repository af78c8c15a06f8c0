"""Kibana's saved objects: data views, searches and a dashboard, made here and imported by `kawat setup`.

`panels` says what is drawn, `objects` writes it as Kibana's own, `importing` sends it.
deploy/kibana/kawat.ndjson is what `python -m streams.kibana` prints.
"""
