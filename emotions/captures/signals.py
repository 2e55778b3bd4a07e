"""What other subjects learn about captures."""

from django.dispatch import Signal

capture_changed = Signal()
"""Sent inside the transaction that writes a capture, after its row and its detections.

Always with `send`, never `send_robust`: what a receiver writes is committed together with the
capture, and where a receiver fails, neither is.

Arguments:
    sender: the class `Capture`.
    capture: the capture as it is now; its owner's row is locked until the transaction ends.
    created: whether it was recorded just now, and not edited, deleted, restored or purged.
    face_changed: whether another of its faces, or none, is the owner's by now.
"""
