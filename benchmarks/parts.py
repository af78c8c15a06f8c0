"""The enrichment in parts: how long each of its functions works, its own time without that of the others.

`PARTS` says which functions are a part; a new part is a new line. While `timed` lasts, each of them is
replaced by one that looks at the clock, in its own module or class and wherever it was imported to by name.
"""

import functools
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from inspect import isgenerator
from types import FunctionType
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """Functions by dotted name, where they are defined: package.module.function or ….Class.method."""

    name: str
    functions: tuple[str, ...]


PARTS = (
    Part("parsing, cleaning, language", ("processors.parse.articles",)),
    Part("words and sentences", ("processors.splitting.split",)),
    Part("word pieces, windows", ("processors.windows.windows",)),
    Part("encoder", ("processors.encoder.Encoder.rows", "processors.encoder.Encoder.read_off")),
    Part("decoding of the heads", ("processors.heads.log_softmax", "processors.heads.spans")),
    Part("Stanza's pipeline around them", ("processors.tagging.Tagger.tag",)),
    Part("names mended", ("processors.names.mended",)),
    Part("entities", ("processors.entities.group",)),
    Part("quotes by their marks", ("processors.words.Text.__init__", "processors.quotes.direct")),
    Part("reported quotes", ("processors.reported.reported",)),
    Part("speakers", ("processors.speakers.attribute",)),
    Part("document", ("processors.enrich.Enricher.enrich",)),
    Part("JSON", ("streams.enriching._line",)),
)
OURS = ("processors.", "streams.", "benchmarks.")  # whose modules may have imported a function by name


@dataclass(slots=True)
class Clock:
    """Own seconds of processor time and calls, a part each; of parts within parts only the inner one runs."""

    seconds: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    _running: list[str] = field(default_factory=list)
    _since: float = 0.0

    def begin(self, part: str) -> None:
        self._stop()
        self._running.append(part)

    def end(self) -> None:
        self._stop()
        self._running.pop()

    def _stop(self) -> None:
        now = time.process_time()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now


@contextmanager
def timed(parts: Sequence[Part] = PARTS) -> Iterator[Clock]:
    """The clock of the parts, which runs until the block ends. LookupError: a function is not there."""
    clock = Clock({part.name: 0.0 for part in parts}, {part.name: 0 for part in parts})
    places = [(part.name, *place) for part in parts for name in part.functions for place in _places(name)]
    for part, owner, attribute, function in places:
        setattr(owner, attribute, _watched(function, part, clock))
    try:
        yield clock
    finally:
        for _, owner, attribute, function in places:
            setattr(owner, attribute, function)


def _places(name: str) -> Iterator[tuple[Any, str, FunctionType]]:
    """Where a function is to be replaced: where it is defined, and in our modules that imported it."""
    owner, attribute = _found(name)
    function = vars(owner).get(attribute)
    if not isinstance(function, FunctionType):
        raise LookupError(f"{name} is no function: see PARTS in {__name__}")
    yield owner, attribute, function
    for module in [m for n, m in sys.modules.items() if n.startswith(OURS) and m is not owner]:
        for alias, value in list(vars(module).items()):
            if value is function:
                yield module, alias, function


def _found(name: str) -> tuple[Any, str]:
    """The module or class that has a function, and the function's name in it."""
    path, _, attribute = name.rpartition(".")
    modules = path.split(".")
    for length in range(len(modules), 0, -1):
        try:
            owner: Any = import_module(".".join(modules[:length]))
        except ModuleNotFoundError:
            continue
        try:
            return functools.reduce(getattr, modules[length:], owner), attribute
        except AttributeError:
            break
    raise LookupError(f"{name} is not there: see PARTS in {__name__}")


def _watched(function: FunctionType, part: str, clock: Clock) -> Callable[..., Any]:
    """The function with the clock running while it works, or while its generator does."""

    @functools.wraps(function)
    def watched(*arguments: Any, **named: Any) -> Any:
        clock.calls[part] += 1
        clock.begin(part)
        try:
            result = function(*arguments, **named)
        finally:
            clock.end()
        return _steps(result, part, clock) if isgenerator(result) else result

    return watched


def _steps(generator: Iterator[Any], part: str, clock: Clock) -> Iterator[Any]:
    while True:
        clock.begin(part)
        try:
            item = next(generator)
        except StopIteration:
            return
        finally:
            clock.end()
        yield item
