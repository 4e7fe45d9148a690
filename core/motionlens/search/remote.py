"""A search engine in the model's process.

Scoring in a window's own process shares the interpreter with its painting, so that each waits for the other: a
search that takes 50 ms by itself took 60 to 500 while cards were painted. Here the model's process has the library
open too, and one message asks for tokens, scores and names of the hits.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from .query import Example, Query, Span
from .result import Hit, SearchResult

if TYPE_CHECKING:
    from ..model.remote import ProcessEncoder
    from .engine import SearchEngine

_SERVICE = "motionlens.search.remote:serve"
_HIT = tuple(field.name for field in fields(Hit))
_KEPT_EXAMPLES = 8


class RemoteSearch:
    """``SearchEngine`` for a library of this machine, at work in the model's process; safe to use from several threads.

    Args:
        folder: the library's.
        encoder: whose process it is; a process that died is started again by the next search.
    """

    def __init__(self, folder: Path, encoder: ProcessEncoder) -> None:
        self._folder, self._encoder = str(folder), encoder
        self._numbers = itertools.count()
        self._number: WeakKeyDictionary[Example, int] = WeakKeyDictionary()

    def warm_up(self) -> int:
        """See ``SearchEngine.warm_up``."""
        header, _ = self._encoder.ask(_SERVICE, {"library": self._folder})
        return int(header["moments"])

    def search(self, text: str, k: int = 10, fold_overlaps: bool = True) -> SearchResult:
        """See ``SearchEngine.search``."""
        return self.search_query(Query(text), k, fold_overlaps)

    def search_query(
        self, query: Query, k: int = 10, fold_overlaps: bool = True, within: np.ndarray | None = None
    ) -> SearchResult:
        """See ``SearchEngine.search_query``."""
        arrays = [np.zeros(0, "<i8") if within is None else np.asarray(within, "<i8")]
        examples = []
        for example in query.examples:
            number = self._number.setdefault(example, next(self._numbers))
            arrays.append(np.asarray(example.positions, "<f4"))
            if example.known is not None:
                arrays.append(np.asarray(example.known, "|b1"))
            source = None if example.source is None else list(map(int, example.source))
            examples.append([number, example.name, example.kind, source, example.known is not None])
        asked = [query.text, query.avoid, float(query.text_weight), k, fold_overlaps, within is not None]
        header, _ = self._encoder.ask(
            _SERVICE, {"library": self._folder, "asked": asked, "examples": examples}, arrays
        )
        return SearchResult(
            header["query"],
            header["searched"],
            header["timing_ms"],
            tuple(Hit(*values) for values in header["hits"]),
            tuple(header["parts"]),
        )


# -- in the model's process ----------------------------------------------------------------------


class _Open:
    """The library that was searched last, and the examples asked for: what is known of them is kept with them."""

    def __init__(self, folder: str, encoder: Any) -> None:
        from ..library import LocalLibrary
        from .engine import SearchEngine

        self.folder, self.encoder = folder, encoder
        self.library = LocalLibrary(folder, create=False)
        self.engine: SearchEngine = SearchEngine(self.library, encoder, device="cpu")
        self._examples: OrderedDict[int, Example] = OrderedDict()

    def query(self, request: dict[str, Any], arrays: Sequence[np.ndarray]) -> Query:
        """The query that was sent."""
        text, avoid, weight = request["asked"][:3]
        rest = iter(arrays)
        examples = []
        for number, name, kind, source, has_known in request["examples"]:
            positions = next(rest)
            known = next(rest) if has_known else None
            if number not in self._examples:
                span = None if source is None else Span(*source)
                self._examples[number] = Example(positions, name, kind, known, span)
            self._examples.move_to_end(number)
            examples.append(self._examples[number])
        while len(self._examples) > max(_KEPT_EXAMPLES, len(examples)):
            self._examples.popitem(last=False)
        return Query(text, tuple(examples), avoid, weight)


_open: _Open | None = None


def serve(
    encoder: Any, request: dict[str, Any], arrays: Sequence[np.ndarray]
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Answer a request of ``RemoteSearch``: header and arrays.

    Raises:
        MotionLensError: see ``SearchEngine.search_query``, or no library there.
    """
    global _open
    if _open is None or _open.folder != request["library"] or _open.encoder is not encoder:
        if _open is not None:
            _open.library.close()
            _open = None
        _open = _Open(request["library"], encoder)
    if "asked" not in request:
        return {"moments": _open.engine.warm_up()}, []
    k, fold, has_within = request["asked"][3:]
    query = _open.query(request, arrays[1:])
    result = _open.engine.search_query(query, k, fold, arrays[0] if has_within else None)
    hits = [[getattr(hit, name) for name in _HIT] for hit in result.hits]
    made = {"query": result.query, "searched": result.searched, "timing_ms": result.timing_ms}
    return {**made, "hits": hits, "parts": result.parts}, []
