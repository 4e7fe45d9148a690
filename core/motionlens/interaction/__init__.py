"""What a word and a motion token gain from each other: order-2 Shapley-Taylor interactions of MaxSim.

``shapley_taylor`` defines the game and has the exact closed form (numpy), ``torch_form`` the same with
gradients, ``brute_force`` and ``sampled`` what both are checked against and compared with, ``distill``
the losses that a map of interactions teaches by. Only ``torch_form`` and ``distill`` import torch.
"""
