"""What a person does in a session, done by a script: ``python -m motionlens_app.session_check``."""
