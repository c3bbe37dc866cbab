"""`python -m tests.simulation --seed N` replays one history; `--seeds A B` plays many."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.simulation.run import STEPS, history


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seeds", type=int, nargs=2, default=(0, 60))
    parser.add_argument("--steps", type=int, default=STEPS)
    args = parser.parse_args()
    seeds = range(*args.seeds) if args.seed is None else [args.seed]
    tally: Counter[str] = Counter()
    failed = []
    for seed in seeds:
        try:
            history(seed, steps=args.steps, tally=tally)
        except Exception as broken:  # noqa: BLE001  whatever goes wrong belongs to its seed
            failed.append(seed)
            print(f"seed {seed}: {type(broken).__name__}: {broken}", flush=True)
    print(f"{len(seeds)} seeds x {args.steps} steps, {len(failed)} failed; {dict(sorted(tally.items()))}")
    return bool(failed)


sys.exit(main())
