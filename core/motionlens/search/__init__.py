"""Text in, ranked moments out."""
