"""The joint-angle motion image."""
