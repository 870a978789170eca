"""Our own sample images: drawn electron micrographs of nervous tissue with exact truth.

``micrographs`` draws one image; ``python -m trainer.samples`` writes data sets of them.
"""
