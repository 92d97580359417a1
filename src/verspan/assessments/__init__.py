"""Judgements of traces: feedback of people, programs and models, and expectations of what should have been."""
