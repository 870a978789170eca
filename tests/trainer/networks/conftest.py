"""Read by OpenMP when torch is loaded: threads that spin while they wait slow each other down."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
