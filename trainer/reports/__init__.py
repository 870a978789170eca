"""What a run shows of itself: lines in the terminal, and files in its folder."""
