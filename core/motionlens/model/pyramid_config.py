"""Settings of the pyramid model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PyramidConfig:
    """Sizes, stages and losses of ``pyramid.Pyramid``; every loss weight 0 = off.

    Attributes:
        name: what ``motionlens info`` shows.
        architecture: always "pyramid".
        image: a key of ``representation.kinds.IMAGE_KINDS``.
        dim: d, width of a token vector at the joint and segment stages.
        whole_dim: width of the whole-motion vector; 0 = that of the frozen sentence embedding, which then
            is the sentence's vector as it is.
        width, layers, heads: the motion transformer.
        patch_hidden: width inside a body part's patch embedding.
        text_width, text_layers, text_heads: the adapter over the text encoder's token states.
        dropout: of the adapter, during training.
        time_features: whether tokens hold where in their text or motion they are (``when``).
        patch_keep: share of the patches that a training step sees.
        tau: temperature of InfoNCE at the joint and segment stages; whole_tau: at the whole stage.
        two_way: motion tokens look for words as well.
        joint_score, segment_score, whole_score: weight of each stage in the score; 0 = the stage is off.
        joint_loss, segment_loss, whole_loss: weight of each stage's contrastive loss; total_loss: of one on
            the sum of all stages.
        pooling: "max_sim", or "mean" for one mean vector a side at the joint stage (the ablation).
        segment_ratio: segments a token, phrases a word (density-peak clustering).
        soft_targets: "off" or "on": LAVIMO's soft targets instead of one right answer.
        soft_epsilon: sentence cosine below which a soft target is 0.
        negative_filter: sentence cosine above which a pair is no negative (TMR); 0 = off.
        shapley: weight of the estimation head's loss, joint and segment stage; shapley_teacher: "exact" or
            "sampled"; shapley_samples: permutations of the sampled one.
        segment_to_joint: weight of the loss that draws the joint stage's interactions to the segment stage's.
        grounding: weight of drawing words to the patches that they are known to refer to (synthesised
            captions alone; with the frozen text encoder and our body parts alone).
        reconstruction: weight of rebuilding masked patches; mask_share: share of patches masked for it.
        masked_language: weight of the masked-language-model loss of the text side.
        paraphrase: weight of drawing captions of one motion together (text alone).
        video: whether the model has a tower for people lifted from videos; the next five count only then.
        video_motion, video_text: weights of the contrastive losses of videos with motions and with texts.
        video_patch: weight of drawing each patch of a video to the same patch of its motion (own addition).
        rebuild: weight of rebuilding the motion's patches (LAVIMO). fusion: from what motion, text and video
            tell it by attention; False: from the motion alone.
        text_encoder: "minilm" (frozen), or the name or folder of a transformers model trained along
            (``text_online``); once saved, a model needs it by that name no more.
        trunk: "" for our transformer, or the name or folder of a transformers ViT whose blocks and weights
            are taken (``vit_trunk``); width, layers and heads must be that model's.
    """

    name: str = "motionlens-3"
    architecture: str = "pyramid"
    image: str = "motionlens"
    dim: int = 64
    whole_dim: int = 64
    width: int = 128
    layers: int = 3
    heads: int = 4
    patch_hidden: int = 192
    text_width: int = 192
    text_layers: int = 1
    text_heads: int = 4
    dropout: float = 0.1
    time_features: bool = True
    patch_keep: float = 0.5
    tau: float = 0.07
    whole_tau: float = 0.07
    two_way: bool = False
    joint_score: float = 1.0
    segment_score: float = 0.0
    whole_score: float = 1.0
    joint_loss: float = 1.0
    segment_loss: float = 0.0
    whole_loss: float = 1.0
    total_loss: float = 0.0
    pooling: str = "max_sim"
    segment_ratio: float = 0.25
    soft_targets: str = "off"
    soft_epsilon: float = 0.5
    negative_filter: float = 0.0
    shapley: float = 0.0
    shapley_teacher: str = "exact"
    shapley_samples: int = 16
    segment_to_joint: float = 0.0
    grounding: float = 0.3
    reconstruction: float = 0.0
    mask_share: float = 0.15
    masked_language: float = 0.0
    paraphrase: float = 0.3
    video: bool = False
    video_motion: float = 1.0
    video_text: float = 0.5
    video_patch: float = 1.0
    rebuild: float = 0.0
    fusion: bool = True
    text_encoder: str = "minilm"
    trunk: str = ""
