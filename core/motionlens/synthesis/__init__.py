"""Make motions from recipes, with captions and ground truth for every word."""
