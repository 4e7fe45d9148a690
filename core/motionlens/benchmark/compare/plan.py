"""What a comparison trains: systems, seeds, pretraining and fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import MotionLensError
from ...model.config import from_mapping

_FOLDER = Path(__file__).parent / "plans"
OFFICIAL = "official"
"""The target that is the official split: trained on its training ids, asked about its test ids."""


@dataclass(frozen=True)
class SystemPlan:
    """One row of the table.

    Attributes:
        config: a configuration by name or path.
        set: settings that differ from it, ``section.name`` -> value.
        pretrain, finetune: settings of the section train that differ in the two trainings.
        pretrained_by: name of the system whose pretraining this one starts from; "": its own.
        keep: share of the pretraining's weights in the fine-tuned model's: 0.5 is halfway between the two
            (Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022).
        synthesised: False: recorded motions alone, no pretraining.
        seeds: None = the plan's.
        official: also trained for the official split.
    """

    config: str
    set: Mapping[str, Any] = field(default_factory=dict)
    pretrain: Mapping[str, Any] = field(default_factory=dict)
    finetune: Mapping[str, Any] = field(default_factory=dict)
    pretrained_by: str = ""
    keep: float = 0.0
    synthesised: bool = True
    seeds: tuple[int, ...] | None = None
    official: bool = True


@dataclass(frozen=True)
class Plan:
    """A comparison.

    Attributes:
        systems: name -> row.
        ours: the system that the others are compared with.
        peers: names of the systems among which the best peer is looked for.
        seeds: of weights and batches.
        folds: of leave-subject-out.
        pretrain, finetune: settings of the section train that hold for all systems.
        understanding: pairs a kind of the understanding test, for the first seed; 0: none.
    """

    systems: Mapping[str, SystemPlan]
    ours: str
    peers: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0, 1, 2)
    folds: int = 5
    pretrain: Mapping[str, Any] = field(default_factory=dict)
    finetune: Mapping[str, Any] = field(default_factory=dict)
    understanding: int = 200

    def targets(self, system: str) -> list[str]:
        """Names of what a system is fine-tuned for: the official split and "fold 0" …."""
        return [OFFICIAL] * self.systems[system].official + [f"fold {k}" for k in range(self.folds)]

    def seeds_of(self, system: str) -> tuple[int, ...]:
        """The seeds that a system is trained with."""
        own = self.systems[system].seeds
        return self.seeds if own is None else own


def plan_names() -> list[str]:
    """Plans that come with MotionLens."""
    return sorted(p.stem for p in _FOLDER.glob("*.yaml"))


def read_plan(given: str) -> Plan:
    """A plan by name or from a YAML file.

    Raises:
        MotionLensError: no such plan, or one that names what is not there.
    """
    import yaml

    path = Path(given)
    if not path.suffix:
        path = _FOLDER / f"{given}.yaml"
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        told = " ".join(str(error).split())
        raise MotionLensError(
            f"{path} could not be read as a plan ({told}): give a file or one of {', '.join(plan_names())}."
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("systems"), dict):
        raise MotionLensError(f"{path} must name its systems: see the plan {plan_names()[0]}.")
    systems = {
        str(name): from_mapping(SystemPlan, dict(values), str(path), f"systems.{name}.")
        for name, values in found["systems"].items()
    }
    plan: Plan = from_mapping(Plan, found | {"systems": systems}, str(path), "")
    named = [plan.ours, *plan.peers, *(s.pretrained_by for s in systems.values() if s.pretrained_by)]
    for name in named:
        if name not in systems:
            raise MotionLensError(f"{path} names the system {name!r}, which is not among its systems.")
    return plan
