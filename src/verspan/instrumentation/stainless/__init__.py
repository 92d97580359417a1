"""Clients that Stainless generates (openai, anthropic, groq and more), which are alike but for their resources."""
