"""The MotionLens desktop application."""
