"""How a suite is made of logs: what `viva suite build` is told, and what the suite keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.identity import file_digest
from harness.records import Json
from suites.production.recognisers import REGIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """`similarity` is the estimated Jaccard index from which on requests count as one; `floor` is for each stratum."""

    size: int
    by: tuple[str, ...] = ()
    rules: Path | None = None
    floor: int = 20
    seed: int = 7
    similarity: float = 0.8
    map_file: Path | None = None
    targets: Path | None = None
    grader: str | None = None
    salt_file: Path | None = None
    names: Path | None = None
    phone_regions: tuple[str, ...] = REGIONS

    def told(self, kind: str) -> dict[str, Json]:
        """For `suite.yaml`: every choice; files by their digests, and nothing of the salt and of the names."""
        files: Mapping[str, Path | None] = {"rules": self.rules, "map": self.map_file, "targets": self.targets}
        return {
            "format": kind,
            "size": self.size,
            "by": list(self.by),
            "floor": self.floor,
            "seed": self.seed,
            "similarity": self.similarity,
            "phone_regions": list(self.phone_regions),
            "names": self.names is not None,
            **{name: file_digest(path) for name, path in files.items() if path is not None},
        }

    def told_salt(self) -> str:
        return "a file's" if self.salt_file else "random, not kept: these bytes cannot be made again"
