"""Text and motion encoders, late interaction, loading of weights."""
