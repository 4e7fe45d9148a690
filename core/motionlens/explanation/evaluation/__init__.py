"""How good the explanations are: faithfulness, localisation, mirror and sanity checks, time."""
