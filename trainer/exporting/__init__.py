"""Parts of the export: the contract of the files, running them, and fewer bits."""
