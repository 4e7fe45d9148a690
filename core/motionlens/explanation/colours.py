"""Colours of data, the same in the app, in pictures and in both themes."""

from __future__ import annotations

SIMILARITY = "viridis"
"""Name of the map of similarities: perceptually uniform, safe for colour-blind readers."""

INTERACTION = ((150, 208, 255), (48, 118, 205), (34, 35, 40), (170, 122, 18), (255, 214, 70))
"""Stops (red, green, blue) of the map of interactions: blue below zero, dark at zero, yellow above. Told apart with
every kind of colour vision, and no side of the body has these colours; what matters is light, as in viridis."""
