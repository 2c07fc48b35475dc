"""N verdicts settled, then decided again and audited: verdicts a second of each, as a share of settling.

python benchmarks/replaying.py [--claims 4000] [--questions 40]
"""

from __future__ import annotations

import argparse

import settling


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=4_000)
    parser.add_argument("--questions", type=int, default=40)
    options = parser.parse_args()
    settling.on_servers_of_its_own(lambda: measure(options.claims, options.questions))


def measure(claims: int, questions: int) -> None:
    from claims import verification
    from claims.auditing import audit
    from claims.replaying import replay
    from sources import collecting
    from sources.models import Inquiry

    settling.take_in(claims, questions)
    inquiries = list(Inquiry.objects.filter(settled_at=None).values_list("pk", flat=True))
    for pk in inquiries:
        collecting.answer(pk)
    settled = settling.timed(lambda: [verification.settle(pk) for pk in inquiries])
    for name, work in (("replayed", replay), ("audited", audit)):
        found: list[object] = []
        seconds = settling.timed(lambda work=work, found=found: found.extend(work()))  # type: ignore[misc]
        assert not found, found[0]
        print(f"{name}: {claims / seconds:.0f} verdicts/s = {seconds / settled:.2f} times the time of settling them")


if __name__ == "__main__":
    main()
