"""The model's process: what ``model.remote`` starts and asks."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from typing import Any

import numpy as np

from .. import pipe
from ..errors import MotionLensError
from .interface import QueryTokens


def main() -> int:
    """Load a model and answer requests from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    sys.stdout = sys.stderr
    encoder: Any = None
    while True:
        try:
            request, arrays = pipe.receive(sys.stdin.buffer)
        except EOFError:
            return 0
        try:
            if encoder is None:
                encoder = _named(request["loader"])(request["path"] or None)
                encoder.encode_text("a person walks")  # its first use loads the text model
                pipe.send(answers, _facts(encoder), [])
            else:
                pipe.send(answers, *_answer(encoder, request, arrays))
        except MotionLensError as error:
            pipe.send(answers, {"sentence": str(error)}, [])
        except Exception:  # whatever it is, the other side must hear of it
            pipe.send(answers, {"fault": traceback.format_exc()}, [])


def _facts(encoder: Any) -> dict[str, Any]:
    facts = {key: getattr(encoder, key) for key in ("fingerprint", "dim", "device")}
    weights = getattr(encoder, "stage_weights", (1.0, 0.0, 0.0))
    return {**facts, "name": getattr(encoder, "name", ""), "stage_weights": weights}


def _answer(
    encoder: Any, request: dict[str, Any], arrays: list[np.ndarray]
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Header and arrays for one request."""
    if "service" in request:
        answer: tuple[dict[str, Any], list[np.ndarray]] = _named(request["service"])(encoder, request, arrays)
        return answer
    if "text" in request:
        return _sent(encoder.encode_text(request["text"]))
    if "compose_example" in request:
        query, made = encoder.compose_example(arrays[0], arrays[1] if request["compose_example"] else None)
        header, out = _sent(query)
        return header, [*out, made.shares.astype("<f4"), made.parts.astype("<f4")]
    if "compose" in request:
        if request["compose"] is None:
            tokens, made = encoder.compose_motion(arrays[0])
            return {}, [tokens.astype("<f4"), made.shares.astype("<f4"), made.parts.astype("<f4")]
        query, made = encoder.compose_text(request["compose"])
        header, out = _sent(query)
        return header, [*out, made.shares.astype("<f4"), made.parts.astype("<f4")]
    if "example" in request:
        return _sent(encoder.encode_example(arrays[0], arrays[1] if request["example"] else None))
    if "videos" in request:
        n = request["videos"]
        return {}, [tokens.astype("<f2") for tokens in encoder.encode_videos(arrays[:n], arrays[n:])]
    if "count" in request:
        return {"counts": encoder.stage_counts(request["count"])}, []
    return {}, [tokens.astype("<f2") for tokens in encoder.encode_motions(arrays)]


def _sent(query: QueryTokens) -> tuple[dict[str, Any], list[np.ndarray]]:
    arrays = [query.vectors.astype("<f4"), query.weights.astype("<f4"), query.stages.astype("i1")]
    return {"pieces": query.pieces, "spans": query.spans}, arrays


def _named(function: str) -> Any:
    """By ``module:function``."""
    module, name = function.split(":")
    return getattr(importlib.import_module(module), name)
