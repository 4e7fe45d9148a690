"""``motionlens curate``: favourites, tags, notes, captions and collections from the command line."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import Any

from ..errors import MotionLensError
from ..library import LocalLibrary
from ..library.finder import Finder
from ..library.marks import Item
from .common import ProgressLine, add_json_argument, add_library_argument, open_library, print_json

_EXAMPLE = """examples:
  motionlens curate --library ~/motions tag 17 "hit reaction" --from 1.5 --to 3
  motionlens curate --library ~/motions caption 17 "the boss taunts the player"
  motionlens curate --library ~/motions collect 17 "Boss fight"
  motionlens curate --library ~/motions list

IDs are those that `motionlens search` prints. With --remove a mark is taken away again.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "curate",
        help="favourites, tags, notes, captions and collections of a library",
        description="Mark motions of a library: kept when their files change or move, never written into them.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_library_argument(parser)
    actions = parser.add_subparsers(title="what", metavar="WHAT", dest="what", required=True)
    for name, text, what in (
        ("tag", "give a motion a tag", "NAME"),
        ("favourite", "make a motion a favourite", ""),
        ("note", "write a motion's note; '' removes it", "TEXT"),
        ("caption", "describe a motion in your own words, which search takes up", "TEXT"),
        ("collect", "put a motion into a collection, made where there is none of that name", "NAME"),
    ):
        action = actions.add_parser(name, help=text, description=text.capitalize() + ".")
        action.add_argument("id", type=int, metavar="ID", help="number of the motion")
        if what:
            action.add_argument("text", metavar=what)
        if name == "caption":
            action.add_argument(
                "--instead-of", metavar="TEXT", help="the caption, as shown, that this one replaces"
            )
        if name != "note":
            action.add_argument("--remove", action="store_true", help="take it away again")
        action.add_argument(
            "--from", dest="start_s", type=float, metavar="S", help="start of the part, seconds"
        )
        action.add_argument("--to", dest="end_s", type=float, metavar="S", help="end of the part, seconds")
        add_json_argument(action)
    for name, text in (
        ("list", "tags, collections, favourites, notes and saved searches"),
        ("twins", "copies and mirror images of motions under other names"),
    ):
        add_json_argument(actions.add_parser(name, help=text, description=text.capitalize() + "."))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do one thing and say what is there now."""
    with open_library(args.library, None) as library:
        if args.what == "list":
            return _say(args, listing(library), listing_text)
        if args.what == "twins":
            return _say(args, {"groups": twins(library)}, twins_text)
        record = library.motion(args.id)
        item = _item(record.id, record.n_frames, args.start_s, args.end_s)
        _act(library, item, args)
        return _say(args, marks_of(library, args.id), marks_text)


def _say(args: argparse.Namespace, found: dict[str, Any], text: Callable[[dict[str, Any]], str]) -> int:
    if args.json:
        print_json(found)
    else:
        print(text(found))
    return 0


def _item(motion_id: int, n_frames: int, start_s: float | None, end_s: float | None) -> Item:
    if start_s is None and end_s is None:
        return Item(motion_id)
    start, end = start_s or 0.0, n_frames / 20.0 if end_s is None else end_s
    if not (math.isfinite(start) and math.isfinite(end)):
        raise MotionLensError("A time is not a number: give seconds.")
    first, last = round(20 * start), min(round(20 * end), n_frames)
    if not 0 <= first < last:
        raise MotionLensError(
            f"Motion {motion_id} has no part from {start:g} s to {end:g} s: it is {n_frames / 20:g} s long."
        )
    return Item(motion_id, first, last)


def _act(library: LocalLibrary, item: Item, args: argparse.Namespace) -> None:
    kept = library.curation()
    removing = getattr(args, "remove", False)
    if args.what == "tag":
        changed = (kept.marks.untag if removing else kept.marks.tag)([item], args.text)
        if removing and not changed:
            raise MotionLensError(f"Motion {item.motion_id} has no tag “{args.text}” there: see `list`.")
    elif args.what == "favourite":
        kept.marks.favourite([item], not removing)
    elif args.what == "note":
        kept.marks.note(item, args.text)
    elif args.what == "caption":
        _caption(library, item, args)
    else:
        _collect(library, item, args.text, removing)


def _caption(library: LocalLibrary, item: Item, args: argparse.Namespace) -> None:
    captions = library.curation().captions
    if args.remove:
        captions.edit(item.motion_id, args.text, "")
    elif args.instead_of is not None:
        captions.edit(item.motion_id, args.instead_of, args.text)
    else:
        captions.add(item, args.text)


def _collect(library: LocalLibrary, item: Item, name: str, removing: bool) -> None:
    collections = library.curation().collections
    found = next((c for c in collections.all() if c.name.casefold() == name.casefold()), None)
    if not removing:
        if found is None:
            collections.create(name, [item])
        elif item not in [held.item for held in collections.items(found.id)]:
            collections.add(found.id, [item])
        return
    held = [h.id for h in collections.items(found.id) if h.item == item] if found else []
    if not held:
        raise MotionLensError(f"Motion {item.motion_id} is not in a collection “{name}”: see `list`.")
    collections.remove(held)


# -- what is there ----------------------------------------------------------------------------------


def _as_dict(library: LocalLibrary, item: Item) -> dict[str, Any]:
    record = library.find(item.motion_id)
    part = {} if item.whole else {"start_s": item.start_frame / 20, "end_s": item.end_frame / 20}
    return {"id": item.motion_id, "name": record.name if record else "", **part}


def marks_of(library: LocalLibrary, motion_id: int) -> dict[str, Any]:
    """Everything that the user added to a motion, as the command's JSON has it."""
    kept = library.curation()
    record = library.motion(motion_id)
    return {
        "id": motion_id,
        "name": record.name,
        "captions": list(record.captions),
        "favourite": any(item.motion_id == motion_id for item in kept.marks.favourites()),
        "tags": {
            tag: [_as_dict(library, item) for item in items]
            for tag, items in kept.marks.tags_of(motion_id).items()
        },
        "notes": [
            {**_as_dict(library, note.item), "text": note.text} for note in kept.marks.notes(motion_id)
        ],
        "collections": [
            c.name
            for c in kept.collections.all()
            if any(held.item.motion_id == motion_id for held in kept.collections.items(c.id))
        ],
    }


def marks_text(found: dict[str, Any]) -> str:
    """The same for people."""
    star = " *" if found["favourite"] else ""
    lines = [f"{found['id']}  {found['name']}{star}"]
    for label, values in (
        ("captions", found["captions"]),
        ("tags", [tag + "".join(_part(item) for item in items) for tag, items in found["tags"].items()]),
        ("notes", [note["text"] + _part(note) for note in found["notes"]]),
        ("collections", found["collections"]),
    ):
        if values:
            lines.append(f"  {label:<12}" + "; ".join(values))
    return "\n".join(lines)


def _part(item: dict[str, Any]) -> str:
    """Seconds of a part, "" for a whole motion.

    >>> _part({"id": 1, "name": "x", "start_s": 1.5, "end_s": 3.0}), _part({"id": 1, "name": "x"})
    (' (1.5-3 s)', '')
    """
    return f" ({item['start_s']:g}-{item['end_s']:g} s)" if "start_s" in item else ""


def listing(library: LocalLibrary) -> dict[str, Any]:
    """All that the user added to a library."""
    kept = library.curation()
    return {
        "tags": kept.marks.tags(),
        "favourites": [_as_dict(library, item) for item in kept.marks.favourites()],
        "collections": [
            {"name": c.name, "items": [_as_dict(library, held.item) for held in kept.collections.items(c.id)]}
            for c in kept.collections.all()
        ],
        "notes": [{**_as_dict(library, note.item), "text": note.text} for note in kept.marks.notes()],
        "saved_searches": [{"name": s.name, "query": s.query} for s in kept.searches.saved()],
    }


def listing_text(found: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"tag         {tag}: {n} motions" for tag, n in found["tags"].items()]
    lines += [f"favourite   {one['id']}  {one['name']}{_part(one)}" for one in found["favourites"]]
    for collection in found["collections"]:
        lines.append(f"collection  {collection['name']}: {len(collection['items'])} items")
        lines += [f"            {one['id']}  {one['name']}{_part(one)}" for one in collection["items"]]
    lines += [f"note        {one['id']}  {one['name']}{_part(one)}: {one['text']}" for one in found["notes"]]
    lines += [f"search      {one['name']}" for one in found["saved_searches"]]
    return "\n".join(lines) or "Nothing yet: `motionlens curate tag ID NAME` makes the first tag."


def twins(library: LocalLibrary) -> list[dict[str, Any]]:
    """Groups of copies and mirror images; what an older MotionLens left out is computed first."""
    finder = Finder(library)
    with ProgressLine() as line:
        finder.update_facts(lambda done, total: line.show(lambda: f"looking at {done}/{total} motions"))
    return [
        {
            "kind": group.kind,
            "motions": [
                {**_as_dict(library, Item(motion_id)), "mirrored": bool(side)}
                for motion_id, side in zip(group.motion_ids, group.sides, strict=True)
            ],
        }
        for group in finder.twins()
    ]


def twins_text(found: dict[str, Any]) -> str:
    """The same for people."""
    lines = []
    for group in found["groups"]:
        shown = [
            f"{m['id']} {m['name']}" + (" (mirrored)" if m["mirrored"] else "") for m in group["motions"]
        ]
        lines.append(f"{group['kind']:<10} {', '.join(shown)}")
    return "\n".join(lines) or "No copies and no mirror images."
