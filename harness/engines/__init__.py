"""Ways to reach a model. Only `vllm.py` knows vLLM."""
