"""Widgets: they show state and forward what the user does."""
