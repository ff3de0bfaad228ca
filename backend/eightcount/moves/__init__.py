"""The authored dance library: moves as text, performed on the skeleton and composed to music."""
