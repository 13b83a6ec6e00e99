"""Money, proved by breaking it: by crashes, power cuts, full disks, forgeries and wrong code.

    python -m proof                  # everything, within 15 minutes on two cores: `make prove`
    python -m proof --commit         # smaller amounts, for every commit
    python -m proof --release        # larger ones: `make prove-long`
    python -m proof T2 T6 --seed 7   # some of them, with the seed that a failure has printed

Each proof is one file with one function `prove(task) -> Found`. It does so many things (`task.amount`) as
its column in `programme.py` says, stops early where its time is over, and counts the violations: sentences,
each with what is needed to see it again. Each has a control: the same done to code that is known to be
broken, which must be noticed; a control that is not noticed fails the run like a violation does.

    mutants mutation    T6   broken money code turns a test red
    machine model       T4   random acts against a model of the books
    failpoints          T2   a failure at every statement and COMMIT
    powercut            T3   the disk as a power cut leaves it
    killing             T1   kill -9 under load
    updates             T8   Telegram's updates doubled, shuffled, failing
    disk                T9   a full disk, failing I/O
    locked              T10  another process has the file locked, or reads for long
    clock               T11  the clock jumps

`flows.py` has what moves money, one act after the other, for T2, T3, T9 and T10: a new way to pay is one more
function there, one more rule in `machine.py`, and its mutants in `mutants/`.
"""
