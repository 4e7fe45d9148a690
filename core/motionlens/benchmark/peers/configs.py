"""Settings of the peers; nothing here imports torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PatchImageConfig:
    """Settings of ``patch_image.PatchImage``.

    Attributes:
        name: what ``motionlens info`` shows.
        architecture: always "patch-image".
        image: a key of ``representation.kinds.IMAGE_KINDS``.
        dim: width of the one vector of a text or motion.
        width, layers, heads: the vision transformer over patches. The default trains on a CPU.
        text_width, text_layers, text_heads: the adapter over frozen MiniLM token states.
        dropout: of the adapter, during training.
        tau: temperature of InfoNCE.
    """

    name: str = "patch-image"
    architecture: str = "patch-image"
    image: str = "chains"
    dim: int = 256
    width: int = 192
    layers: int = 4
    heads: int = 4
    text_width: int = 192
    text_layers: int = 1
    text_heads: int = 4
    dropout: float = 0.1
    tau: float = 0.07


@dataclass(frozen=True)
class TmrConfig:
    """Settings of ``tmr.Tmr``; the default is the published size and the published weights of the losses.

    Attributes:
        name: what ``motionlens info`` shows.
        architecture: always "tmr".
        image: a key of ``representation.kinds.IMAGE_KINDS``.
        dim: width of the latent, and of all three transformers.
        layers: each encoder's; decoder_layers: the decoder's, which only training runs.
        heads, feed_forward, dropout: each transformer's.
        frame_stride: every which frame is read; 1 = all 20 a second, as published.
        reconstruction, kl, latent, contrastive: weights of the losses.
        tau: temperature of InfoNCE.
        negative_filter: sentence cosine above which a pair is no negative; 0 = off.
        sampled_contrast: whether InfoNCE compares latents drawn from the distributions, as published, or
            their means.
    """

    name: str = "tmr"
    architecture: str = "tmr"
    image: str = "pose"
    dim: int = 256
    layers: int = 6
    decoder_layers: int = 6
    heads: int = 4
    feed_forward: int = 1024
    dropout: float = 0.1
    frame_stride: int = 1
    reconstruction: float = 1.0
    kl: float = 1e-5
    latent: float = 1e-5
    contrastive: float = 0.1
    tau: float = 0.1
    negative_filter: float = 0.6
    sampled_contrast: bool = True


PRESETS: dict[str, PatchImageConfig | TmrConfig] = {
    "tmr": TmrConfig(),
    # Means are compared, not samples: in short trainings the samples' noise drowns the contrast, and a peer
    # is to be shown at its best.
    "tmr-cpu": TmrConfig(
        "tmr-cpu",
        dim=192,
        layers=3,
        decoder_layers=1,
        feed_forward=768,
        frame_stride=4,
        sampled_contrast=False,
    ),
    "patch-image": PatchImageConfig(),
    "patch-image-published": PatchImageConfig("patch-image-published", width=768, layers=12, heads=12),
}
"""Settings by name: the sizes of the papers, and sizes that two CPU cores can train.

Processor seconds of one step, forward, backward and update, on one thread with 64 motions of 110 frames
(shared machine, two trainings beside it): "patch-image" 0.7 to 0.9, "tmr" 24, "tmr" with every fourth
frame 6.1, "tmr-cpu" 1.1.
"""
