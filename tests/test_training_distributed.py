"""Two processes of torchrun on the CPU: one result, one log, the same weights in both."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.tiny_training import TinyModel, pairs_of

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(not torch.distributed.is_available(), reason="this torch has no distributed package")
def test_two_processes_train_one_model(tmp_path: Path) -> None:
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command += ["-m", "tests.tiny_training", str(tmp_path), "12", "-1"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-2000:]
    first, second = (load_file(tmp_path / f"rank{n}.safetensors") for n in (0, 1))
    for key, value in first.items():
        assert torch.equal(value, second[key]), key
    with (tmp_path / "log.csv").open(newline="") as stream:
        log = list(csv.DictReader(stream))
    assert [int(r["step"]) for r in log] == list(range(12))

    # Rank 1's own batches count: one process alone ends elsewhere.
    alone = tmp_path / "alone"
    from motionlens.training.loop import train
    from motionlens.training.settings import TrainSettings
    from tests.tiny_training import SETTINGS, TinyPairs, TinySampler

    torch.manual_seed(0)
    one = train(
        TinyModel(),
        TinySampler(),
        TrainSettings(steps=12, **SETTINGS),  # type: ignore[arg-type]
        alone,
        caption_pairs=TinyPairs(),
        validation=pairs_of(10_001, 32),
        quiet=True,
    )
    assert not torch.equal(one.state_dict()["motion.weight"], first["motion.weight"])
