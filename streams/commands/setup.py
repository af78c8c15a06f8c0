"""`kawat setup`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from streams.settings import settings

if TYPE_CHECKING:
    from streams.settings import Settings


@click.command(short_help="create topics, indices, aliases; Kibana's dashboard")
@click.option(
    "--kibana", metavar="URL", help="Imports data views, searches and the dashboard into this Kibana."
)
def setup(kibana: str | None) -> None:
    """Creates topics, indices, mappings and aliases. Safe to repeat; the workers do it too.

    With --kibana only Kibana's side is set up: 8.19 or 9.x, with KAWAT_KIBANA_API_KEY where it asks for one.

    \b
    Example: kawat up && kawat setup
             kawat setup --kibana http://127.0.0.1:5601
    """
    if kibana is not None:
        _set_up_kibana(kibana)
        return
    import asyncio

    from streams.topics import TOPICS, create_topics

    create_topics(settings())
    click.echo(f"topics:  {', '.join(topic.full_name(settings()) for topic in TOPICS)}")
    aliases = asyncio.run(_set_up_indices(settings()))
    click.echo(f"indices: {', '.join(aliases)}")


def _set_up_kibana(url: str) -> None:
    from streams.kibana.importing import imported

    done = imported(settings(), url)
    click.echo(f"Kibana {done.version}: {done.count} objects imported; the dashboard: {done.dashboard}")
    if not done.is_known:
        click.echo("kawat: they were made for Kibana 8.19 and 9.x: look whether all is drawn", err=True)


async def _set_up_indices(settings: Settings) -> list[str]:
    from streams.elastic import indices
    from streams.elastic.client import agents_client, explaining

    with explaining(settings):
        async with agents_client(settings) as client:
            await indices.set_up(client, settings)
    return [alias for index in indices.INDICES for alias in index.aliases(settings)]
