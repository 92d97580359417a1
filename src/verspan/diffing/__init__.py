"""What changed between two versions: their code, parameters, prompts, dependencies, environment and entry point."""
