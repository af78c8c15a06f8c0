"""Who may look, and what a browser may do with what it gets."""

import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Awaitable, Callable

from aiohttp import web

from processors.errors import UsageError
from streams.settings import Settings

_COOKIE = "kawat_monitor"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check(settings: Settings) -> None:
    """Raises UsageError where others than this machine could look without a token."""
    if not is_loopback(settings.monitor_host) and not settings.monitor_token:
        raise UsageError(
            f"KAWAT_MONITOR_HOST={settings.monitor_host} lets others in: set KAWAT_MONITOR_TOKEN, too, "
            "to a long secret of your own"
        )


def check_port(settings: Settings) -> None:
    """Raises UsageError where something else listens there already; said before anything is started."""
    family = socket.AF_INET6 if ":" in settings.monitor_host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.monitor_host.strip("[]"), settings.monitor_port))
        except OSError as error:
            raise UsageError(
                f"the monitor cannot listen on {settings.monitor_host}:{settings.monitor_port} "
                f"({error.strerror}): set KAWAT_MONITOR_PORT"
            ) from None


async def harden(_request: web.Request, response: web.StreamResponse) -> None:
    """Sets the headers of every answer before it goes (an `on_response_prepare` signal)."""
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.popall("Server", None)


def guard(settings: Settings) -> "Handler":
    """The middleware that lets in who may look: it reads only, and asks for the token where one is set."""
    token = settings.monitor_token
    proof = hmac.new(token.encode(), b"kawat monitor", hashlib.sha256).hexdigest() if token else ""

    @web.middleware
    async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD"):
            raise web.HTTPMethodNotAllowed(request.method, ["GET", "HEAD"], text="the monitor only reads\n")
        if token is None:
            if not _is_ours(request, settings):  # a page elsewhere that has its name point here
                raise web.HTTPForbidden(text=f"ask for http://127.0.0.1:{settings.monitor_port}\n")
            return await handler(request)
        given = request.query.get("token")
        if request.path == "/" and given is not None and _same(given, token):
            raise _remembering(request, proof)
        if _same(request.cookies.get(_COOKIE, ""), proof) or _same(_bearer(request), token):
            return await handler(request)
        raise web.HTTPUnauthorized(
            headers={"WWW-Authenticate": "Bearer"},
            text="A token is needed: open this page once with ?token=… after its address.\n",
        )

    return let_in  # type: ignore[return-value]  # aiohttp marks it for `Application(middlewares=…)`


def _remembering(request: web.Request, proof: str) -> web.HTTPException:
    """To the page without the token in its address, which histories and logs keep."""
    rest = {name: value for name, value in request.query.items() if name != "token"}
    found = web.HTTPFound(request.rel_url.with_query(rest))
    found.set_cookie(_COOKIE, proof, httponly=True, samesite="Strict", secure=request.secure, path="/")
    return found


def _bearer(request: web.Request) -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


def _is_ours(request: web.Request, settings: Settings) -> bool:
    host = request.headers.get("Host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return is_loopback(name) or name == settings.monitor_host
