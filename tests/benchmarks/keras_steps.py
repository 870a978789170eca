"""Trains a Keras network step by step when told to; run by TensorFlow's own Python.

Reads "N" and answers with the seconds that N steps took; see ``turns.py``. Started as
``keras_steps.py NETWORK SIZE BATCH CLASSES THREADS JIT``.
"""

import json
import sys
import time

import keras
import keras_networks
import numpy as np
import tensorflow as tf


def main() -> None:
    """Build the network, and take steps until the input ends."""
    name, jit = sys.argv[1], sys.argv[6] == "jit"
    size, batch, num_classes, threads = map(int, sys.argv[2:6])
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    keras.utils.set_random_seed(0)
    model = keras_networks.NETWORKS[name](size, num_classes)
    model.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit,
    )
    rng = np.random.default_rng(0)
    image = tf.constant(rng.integers(0, 256, (batch, size, size, 3), np.uint8))
    target = tf.constant(rng.integers(0, num_classes, (batch, size, size), np.uint8))
    parameters = keras_networks.trainable_parameters(model)
    print(json.dumps({"parameters": parameters, "version": keras.__version__}), flush=True)
    for line in sys.stdin:
        began, began_cpu = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            loss = float(model.train_on_batch(image, target))
        answer = {
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.process_time() - began_cpu,
            "loss": loss,
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
