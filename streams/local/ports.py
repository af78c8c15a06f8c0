"""Whether the ports of a server are free, and who has them if not."""

import errno
import socket
import time

import psutil

from processors.errors import UsageError

HOST = "127.0.0.1"


def require_free(ports: dict[str, int], patience: float = 0.0) -> None:
    """Raises UsageError for the first port, of setting → port, that is not free within so many seconds."""
    deadline = time.monotonic() + patience
    for variable, port in ports.items():
        while not (free := _free(port)) and time.monotonic() < deadline:
            time.sleep(0.1)
        if not free:
            raise UsageError(
                f"port {port} is taken{_by(port)}: stop that, or choose another port with {variable}"
                f"{_companion(variable)}"
            )


def listening(port: int) -> bool:
    """Whether something on this machine accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise UsageError(f"port {port} cannot be used: {error.strerror}") from None
    return True


def _by(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status != psutil.CONN_LISTEN or not connection.laddr or not connection.pid:
                continue
            if connection.laddr.port == port:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:  # other users' processes may be hidden
        return ""
    return ""


def _companion(variable: str) -> str:
    """The address that workers use is a setting of its own."""
    return {
        "KAWAT_KAFKA_PORT": " (and KAWAT_KAFKA to match)",
        "KAWAT_ELASTICSEARCH_PORT": " (and KAWAT_ELASTICSEARCH to match)",
    }.get(variable, "")
