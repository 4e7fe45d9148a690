"""What the pane says in words: raw values with their units, and how to read them. Pure functions."""

from __future__ import annotations

import numpy as np

from motionlens.explanation.result import Quantity

from ..state.answers import Answer, joint_values, segment_values, word_values
from ..state.explain import RANKED, RankChange, WhyState
from ..state.scales import UNITS
from ..state.selection import Pick
from .why_layout import joint_label

NAMES: dict[Quantity, str] = {"similarity": "Similarity", "interaction": "Shapley-Taylor interaction"}
SHORT: dict[Quantity, str] = {
    "similarity": "How alike the model finds a word and a body part. Not a probability.",
    "interaction": "What word and body part add to the score together. Not a probability.",
}
SHORT_EXAMPLE: dict[Quantity, str] = {
    "similarity": "How alike the model finds a part of the example and a body part. Not a probability.",
    "interaction": "What a part of the example and a body part add to the score together. Not a probability.",
}
HOW_TO_READ = """<p><b>How to read this</b></p>
<p>Each row is a word of the query. The left map shows at which joints the motion meets it, the right one when.</p>
<p><b>Similarity</b> is the cosine between a word and a body part during 0.8&nbsp;s, as the model sees them; a cell of
a map holds the largest one. It says what is alike, not what the score was made of: a word may be like many
places, and only the best of them counts.</p>
<p><b>Shapley-Taylor interaction</b> is what a word and a body part at a moment add to the score
<i>together</i>, beyond what each adds alone, on average over all orders in which words and patches could have come.
A cell is the sum of its patches. Above zero the pair raised the score, below zero it lowered it.</p>
<p><b>Neither is a probability.</b> The interactions do not sum to the score: patches compete for a word, and
what they take from each other is not shown. The <b>bars</b> do sum to it.</p>
<p><b>A video or a motion as the query:</b> a row is one of its body parts, or one of its windows of 0.8&nbsp;s; all
else is as for words. <b>Words and example</b> together: each has its own maps and its own score, of which the
search makes one.</p>
<p>Joints are those where a body part is or that it moves, so that neighbours may share a value. Scores and values
can be compared within one query only.</p>
<p><b>Keys:</b> arrows walk over the maps, Enter pins, Esc unpins, X strikes a word out, I switches the quantity,
P pins the motion to compare it with another.</p>"""

EMPTY: dict[WhyState, tuple[str, str, str]] = {
    WhyState.NO_QUERY: (
        "chat-teardrop-text", "Type a description to see why…",
        "For every hit this pane shows which words met which joints, and when.",
    ),
    WhyState.NO_HIT: ("hand-pointing", "Choose a hit", "It is explained here, word by word."),
    WhyState.WAITING: ("clock", "One moment", "Model and library are being made ready."),
    WhyState.COMPUTING: ("clock", "One moment", "Reading the motion."),
    WhyState.FAILED: ("warning-circle", "This hit could not be explained", ""),
}  # fmt: skip
"""Icon, title and sentence where there is nothing to show."""


def shown_value(value: float, quantity: Quantity) -> str:
    """A raw value with its unit.

    >>> shown_value(0.4213, "similarity"), shown_value(-0.0132, "interaction")
    ('0.421 cosine', '−0.0132 score units')
    """
    digits = 3 if quantity == "similarity" else 4
    return f"{value:.{digits}f} {UNITS[quantity]}".replace("-", "−")


def readout(answer: Answer, quantity: Quantity, pick: Pick) -> str:
    """One line on what is picked."""
    word = answer.words[pick.word] if pick.word is not None and pick.word < len(answer.rows) else None
    where = [joint_label(pick.joint)] if pick.joint is not None else []
    if pick.span is not None:
        where.append(f"{pick.span[0]:.1f} to {pick.span[1]:.1f} s")
    if word is None and not where:
        return ""
    if word is None:
        values = word_values(answer, quantity, pick)
        if not np.isfinite(values).any():
            return ", ".join(where)
        best = int(np.nanargmax(values))
        return f"{', '.join(where)}: most with “{answer.words[best]}”, {shown_value(float(values[best]), quantity)}"
    assert pick.word is not None
    if answer.rows[pick.word] < 0:
        return f"“{word}” is struck out"
    joints = joint_values(answer, quantity, pick)
    times = segment_values(answer, quantity, pick)
    assert joints is not None and times is not None
    if pick.joint is not None:
        return f"“{word}” with {', '.join(where)}: {shown_value(float(joints[pick.joint]), quantity)}"
    if pick.span is not None:
        windows = answer.windows(pick.span)
        chosen = times if windows is None else times[windows]
        value = chosen.max() if quantity == "similarity" else chosen.sum()
        return f"“{word}” at {where[0]}: {shown_value(float(value), quantity)}"
    share = float(answer.contribution[pick.word])
    start, end = answer.shown.segments[int(times.argmax())]
    text = f"“{word}” adds {share:.3f} to the score; most at {joint_label(int(joints.argmax()))}, {start:.1f} to {end:.1f} s"
    return text.replace("-", "−")


def outcome(answer: Answer, rank: RankChange | None) -> str:
    """Score and rank, and what striking words out did to them."""
    if answer.shown is answer.whole:
        score = f"Score {answer.whole.score:.3f}"
        return f"{score} · rank {answer.item.rank:,}" if answer.item.rank else score
    before, after = answer.whole.score, answer.shown.score
    text = f"Score {before:.3f} → {after:.3f} ({after - before:+.3f})".replace("-", "−")
    if rank is None:
        return f"{text} · rank {answer.item.rank:,} → …"
    return f"{text} · rank {rank.before:,} → " + (f"{rank.after:,}" if rank.after else f"beyond {RANKED:,}")
