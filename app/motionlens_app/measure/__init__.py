"""Start, response, frames, stalls and memory of the app, measured: ``python -m motionlens_app.measure``."""
