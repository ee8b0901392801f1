# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The systemd-docker authors
"""The description of a container, by its name and by its id."""

from answers import WRONG_TYPES, answering, everything, leaves, with_description
from program import variants


def goes_on_with(t, change, name):
    """Members that cannot be understood count as absent: here a container that does not run, whose end /wait reports."""
    e = t.serve(prepare=with_description(change), inspect=with_description(change))
    t.start()
    t.reached("inspect")
    e.end(3)
    t.said(f"<4>Container {name} has ended, exit status 3")
    t.ends(3)
    assert e.counts["start"] == 1 and e.counts["remove"] == 1


@variants(null=None, list=[], text="text", number=42, float=1.5, true=True, object={})
def prepare_wrong_types(t, value):
    goes_on_with(t, everything(value), name="text" if value == "text" else "")


@variants(null=None, list=[], text="text", number=-1, huge=10**30, object={})
def prepare_wrong_leaves(t, value):
    goes_on_with(t, leaves(value), name="text" if value == "text" else "")


@variants(**{k: v for k, v in WRONG_TYPES.items()})
def prepare_malformed(t, answer):
    e = t.serve(prepare=answering(200, answer))
    t.start()
    t.ends(125, "The engine's description of the container is malformed")
    assert "start" not in e.counts and e.counts["remove"] == 1


@variants(null=None, list=[], empty={}, id_path={"Id": "../../images"})
def look_up_malformed(t, answer):
    e = t.serve(look_up=answering(200, answer))
    t.start()
    t.ends(125, "The engine's description of the container is malformed")
    assert "create" not in e.counts


@variants(control=("a\x1b[2J\x07\nb", r"a +\[2J +b"), long=("x" * 300000, "x{1000}"), format=("%s%n%s%n", "%s%n%s%n"), utf8=("äöü\u202e", "äöü"))
def strange_names(t, names):
    """Names of the container and the image, which appear in our own messages."""
    name, shown = names

    def change(d):
        return {**d, "Name": "/" + name, "Config": {**d["Config"], "Image": name}}
    e = t.serve(prepare=with_description(change), inspect=with_description(change))
    t.start()
    t.said(f"Created container {shown}")
    t.said(f"Started container {shown}")
    e.end(0)
    t.ends(0)
