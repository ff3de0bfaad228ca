"""After the tokens: temporal refinement, staging, foot lock. Each works on a stream of frames."""
