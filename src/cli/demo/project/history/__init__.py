"""Snapshots of a text, and the way back to each of them."""

from .store import Store
from .log import summary

__all__ = ["Store", "summary"]
