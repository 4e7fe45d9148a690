"""Why this motion: similarities and Shapley-Taylor interactions of words, body parts and moments."""

from .explain import explain, explain_by_motion, explain_tokens
from .result import QUANTITIES, Explanation, Quantity, QueryPart, SegmentMap

__all__ = [
    "QUANTITIES",
    "Explanation",
    "Quantity",
    "QueryPart",
    "SegmentMap",
    "explain",
    "explain_by_motion",
    "explain_tokens",
]
