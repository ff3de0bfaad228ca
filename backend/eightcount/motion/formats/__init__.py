"""Files that hold motion."""
