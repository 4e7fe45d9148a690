"""The blocks of a pretrained Vision Transformer as the motion tower's trunk.

A ViT block (Dosovitskiy et al., ICLR 2021) is a pre-norm transformer layer: torch's own layer with the
same weights gives the same numbers, takes a mask for padding in every version of transformers, and needs
the pretrained model no more once it is trained and saved.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import MotionLensError
from .pyramid_config import PyramidConfig
from .text_online import pretrained

_EPSILON = 1e-12
"""Of the layer norms of every ViT that transformers publishes."""

# transformers renamed the modules of its ViT during version 5: both names of each are known.
_PARTS = {
    "query": r"(?:attention\.q_proj|attention\.attention\.query)",
    "key": r"(?:attention\.k_proj|attention\.attention\.key)",
    "value": r"(?:attention\.v_proj|attention\.attention\.value)",
    "out": r"(?:attention\.o_proj|attention\.output\.dense)",
    "linear1": r"(?:mlp\.fc1|intermediate\.dense)",
    "linear2": r"(?:mlp\.fc2|output\.dense)",
    "norm1": "layernorm_before",
    "norm2": "layernorm_after",
}


def vit_shaped(trunk: nn.TransformerEncoder, norm: nn.LayerNorm) -> None:
    """Give a trunk and the norm behind it a ViT's epsilon."""
    for module in (*trunk.modules(), norm):
        if isinstance(module, nn.LayerNorm):
            module.eps = _EPSILON


def take_vit(name: str, trunk: nn.TransformerEncoder, norm: nn.LayerNorm, config: PyramidConfig) -> None:
    """Put the weights of a ViT's blocks and final norm into a trunk of the same sizes.

    Args:
        name: of a transformers ViT, or its folder. config: names the sizes.

    Raises:
        MotionLensError: no such model, no ViT, or one of other sizes.
    """
    from transformers import AutoConfig, ViTModel

    found = pretrained("model.trunk", name, AutoConfig.from_pretrained)
    _check_sizes(name, found, config)
    vit = pretrained(
        "model.trunk", name, ViTModel.from_pretrained, add_pooling_layer=False, dtype=torch.float32
    )
    state = vit.state_dict()
    for number, layer in enumerate(trunk.layers):
        layer.load_state_dict(_block(state, number))
    norm.load_state_dict({k: state[f"layernorm.{k}"] for k in ("weight", "bias")})


def _check_sizes(name: str, found: Any, config: PyramidConfig) -> None:
    if found.model_type not in ("vit", "deit"):
        raise MotionLensError(f'model.trunk: "{name}" is a {found.model_type}, not a ViT: name a ViT.')
    sizes = {
        "width": (config.width, found.hidden_size),
        "layers": (config.layers, found.num_hidden_layers),
        "heads": (config.heads, found.num_attention_heads),
    }
    wrong = [f"model.{k} = {theirs}, not {ours}" for k, (ours, theirs) in sizes.items() if ours != theirs]
    if wrong:
        raise MotionLensError(f'model.trunk: the ViT "{name}" wants {" and ".join(wrong)}.')
    plain = found.intermediate_size == 4 * found.hidden_size and found.hidden_act == "gelu" and found.qkv_bias
    if not plain:
        raise MotionLensError(
            f'model.trunk: "{name}" is no plain ViT (feed-forward four times the width, GELU, biases): '
            "name one such as google/vit-base-patch16-224-in21k."
        )


def _block(state: dict[str, Tensor], number: int) -> dict[str, Tensor]:
    """The weights of one block under the names of ``nn.TransformerEncoderLayer``."""
    own = {
        m[1]: v
        for k, v in state.items()
        if (m := re.fullmatch(rf"(?:encoder\.layer|layers)\.{number}\.(.+)", k))
    }
    out: dict[str, Tensor] = {}
    for kind in ("weight", "bias"):
        found = {
            part: next(v for k, v in own.items() if re.fullmatch(rf"{names}\.{kind}", k))
            for part, names in _PARTS.items()
        }
        out[f"self_attn.in_proj_{kind}"] = torch.cat([found.pop(p) for p in ("query", "key", "value")])
        out[f"self_attn.out_proj.{kind}"] = found.pop("out")
        out |= {f"{part}.{kind}": v for part, v in found.items()}
    return out
