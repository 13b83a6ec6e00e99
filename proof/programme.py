"""Every proof, with its amounts for a commit, for `make prove` and for a release."""

from proof import mutation
from proof.mutants import MUTANTS
from proof.result import Amounts, Proof

PROGRAMME = (
    Proof(
        "T6", "money code broken by hand, the core's tests run", "mutants",
        Amounts((len(MUTANTS),) * 3, (240, 300, 600)), mutation.prove,
    ),
)  # fmt: skip
