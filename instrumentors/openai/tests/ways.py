"""The ways in which an application makes a call with the OpenAI client."""

from __future__ import annotations

import openai
from tests.recordings.stainless import Failure, Way, Ways

from .asking import question
from .replay import client_for

__all__ = ["WAYS", "Failure", "Way"]

WAYS = Ways(openai, client_for, question).all
