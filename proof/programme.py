"""Every proof, with its amounts for a commit, for `make prove` and for a release.

The seconds are for a busy machine: beyond them a proof does no more, and the table says how far it came.
"""

from proof import clock, disk, failpoints, killing, locked, machine, mutation, powercut, updates
from proof.mutants import MUTANTS
from proof.result import Amounts, Proof

PROGRAMME = (
    Proof(
        "T1", "kill -9 of the whole bot under load, Telegram and the upstream outlive it", "kills",
        Amounts((60, 300, 10_000), (60, 240, 10_800)), killing.prove,
    ),
    Proof(
        "T2", "an error and a kill -9 before and after every statement and COMMIT", "failures",
        Amounts((1, 2, 20), (45, 120, 1_800)), failpoints.prove,
    ),
    Proof(
        "T3", "the disk as a power cut leaves it: nothing acknowledged is lost", "power cuts",
        Amounts((1_000, 5_000, 200_000), (30, 150, 7_200)), powercut.prove,
    ),
    Proof(
        "T4", "random acts against a model, the audit after each", "steps",
        Amounts((40_000, 200_000, 10_000_000), (30, 180, 7_200)), machine.prove,
    ),
    Proof(
        "T6", "money code broken by hand, the core's tests run", "mutants",
        Amounts((40, len(MUTANTS), len(MUTANTS)), (45, 400, 900)), mutation.prove,
    ),
    Proof(
        "T8", "updates doubled, shuffled, 1 % dropped, 1 % of handlers failing", "updates",
        Amounts((2_000, 5_000, 1_000_000), (30, 90, 10_800)), updates.prove,
    ),
    Proof(
        "T9", "a full disk and failing I/O at each operation, and files that may not grow", "failures",
        Amounts((60, 200, 3_000), (20, 90, 3_600)), disk.prove,
    ),
    Proof(
        "T10", "the file locked by another process, one in ten for 10 s; a long reader", "locks",
        Amounts((10, 50, 1_000), (60, 120, 3_600)), locked.prove,
    ),
    Proof(
        "T11", "the clock jumps by hours, days and to 1970 while jobs run", "jumps",
        Amounts((10, 20, 200), (60, 120, 1_200)), clock.prove,
    ),
)  # fmt: skip
