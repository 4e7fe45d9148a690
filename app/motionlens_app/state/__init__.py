"""State and controllers of the app: no widget is imported here."""
