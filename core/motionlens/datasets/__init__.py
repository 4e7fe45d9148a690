"""Datasets in HumanML3D's folder layout, and their loaders."""
