"""Pictures of what the metrics say, drawn by matplotlib, from arrays of any library."""
