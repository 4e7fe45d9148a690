"""Pictures of the app's states, taken from the real window: ``python -m motionlens_app.screenshots``."""
