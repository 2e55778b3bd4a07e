"""The files that make up a version, by name, in a run's folder, in `ml/bundled/` and in exports."""

NETWORK = "emotion.tflite"
KERAS_NETWORK = "network.keras"
CARD = "card.json"
ANSWERS = "answers.json"
"""Predictions about test faces, for the gate."""
