"""The stages. Each module has `stage(settings) -> Stage`; `streams.worker` runs one of them."""

ROLES = ("parse", "enrich", "group", "index", "alert", "notify")
