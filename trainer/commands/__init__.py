"""What the commands do; ``trainer.cli`` reads the command line and loads this when needed."""
