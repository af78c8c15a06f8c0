"""A gateway before Elasticsearch, as there are in the field: it limits, refuses, or loses answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web

Rule = Callable[[web.Request, bytes], web.Response | None]  # None: pass it on


@asynccontextmanager
async def gateway(elasticsearch: str, port: int, rule: Rule, *, lose_answers: int = 0) -> AsyncIterator[str]:
    """A gateway's URL. The first `lose_answers` bulk requests reach Elasticsearch, their answers nobody."""
    left = lose_answers

    async def pass_on(request: web.Request) -> web.StreamResponse:
        nonlocal left
        body = await request.read()
        if (refusal := rule(request, body)) is not None:
            return refusal
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        url = elasticsearch + request.path_qs
        async with session.request(request.method, url, data=body, headers=headers) as answer:
            content = await answer.read()
        if request.path.endswith("_bulk") and left > 0:
            left -= 1
            assert request.transport
            request.transport.abort()
        kept = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
        kept.pop("Transfer-Encoding", None)
        kept.pop("Content-Encoding", None)
        return web.Response(status=answer.status, body=content, headers=kept)

    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", pass_on)
    runner = web.AppRunner(app)
    await runner.setup()
    async with ClientSession() as session:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()
