"""The dataset doctor: one look at every image and mask, before training.

``facts`` measures one image, each check in the other files turns facts into findings,
``examination`` runs them all, and ``statistics`` says what training wants to know, or refuses.
"""

from trainer.data.survey.statistics import Survey, survey

__all__ = ["Survey", "survey"]
