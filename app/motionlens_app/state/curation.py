"""What the user keeps: favourites, tags, notes, captions, collections, searches; with undo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from motionlens.motion import FPS

from ..worker import Worker
from .items import Item

if TYPE_CHECKING:
    from motionlens.library.collecting import Collection
    from motionlens.library.curation import Curation
    from motionlens.library.marks import Item as Mark
    from motionlens.library.searches import SavedSearch

Span = tuple[int, int]


@dataclass(frozen=True)
class Kept:
    """What the window shows of it all; ``generation``: of what search reads."""

    favourites: dict[int, list[Span]] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    collections: tuple[Collection, ...] = ()
    saved: tuple[SavedSearch, ...] = ()
    undo_title: str | None = None
    redo_title: str | None = None
    revision: int = -1
    generation: int = -1


@dataclass(frozen=True)
class About:
    """What is kept about one motion.

    Attributes:
        captions: as shown, and whether it is the user's.
        tags: by name.
        note: of the whole motion, "" for none.
    """

    motion_id: int
    captions: tuple[tuple[str, bool], ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""


def overlaps(a: Span, b: Span) -> bool:
    """Whether two ranges share half of the shorter; (0, 0) is all of the motion.

    >>> overlaps((0, 0), (40, 60)), overlaps((0, 100), (50, 150)), overlaps((0, 100), (60, 160))
    (True, True, False)
    """
    if not a[1] or not b[1]:
        return True
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return 2 * shared >= min(a[1] - a[0], b[1] - b[0])


class CurationController(QObject):
    """``changed``: something is kept otherwise; ``captions_changed``: search reads other captions;
    ``about_changed``: what is known about the motion at hand; ``failed`` and ``done`` carry what to say."""

    changed = Signal()
    captions_changed = Signal()
    about_changed = Signal()
    order_read = Signal(object)
    failed = Signal(object)
    done = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._writer = Worker("curation", parent=self)
        self._reader = Worker("curation-about", parent=self)
        self._orderer = Worker("curation-order", parent=self)
        self._library: Any = None
        self._lengths: Callable[[int], int] = lambda motion_id: 0
        self.kept = Kept()
        self.about: About | None = None
        self._wanted: int | None = None

    @property
    def available(self) -> bool:
        """False where nothing can be kept."""
        return self._library is not None

    def set_library(self, library: Any, lengths: Callable[[int], int]) -> None:
        """Another library; ``lengths``: frames of a motion."""
        library = library if hasattr(library, "curation") else None
        self._lengths = lengths
        if library is self._library:
            self.refresh()
            return
        self._writer.cancel()
        self._reader.cancel()
        self._library, self.kept, self.about = library, Kept(), None
        self.changed.emit()
        self.refresh()

    def mark(self, item: Item) -> Mark:
        """A card as what is kept: all of a motion, or the moment."""
        from motionlens.library.marks import Item as Mark

        motion_id, start, end = item.key
        n_frames = self._lengths(motion_id)
        return Mark(motion_id) if (start, end) == (0, n_frames) else Mark(motion_id, start, end)

    # -- reading -------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what is kept."""
        library = self._library
        if library is not None:
            self._writer.submit(lambda task: _read(library), self._read, self.failed.emit, supersede=False)

    def look_at(self, motion_id: int | None) -> None:
        """This motion's captions, tags and note are wanted."""
        self._wanted = motion_id
        if self.about is not None and self.about.motion_id != motion_id:
            self.about = None
        self._read_about()

    def _read_about(self) -> None:
        library, motion_id = self._library, self._wanted
        if library is None or motion_id is None:
            self._reader.cancel()
            return
        self._reader.submit(lambda task: _about(library, motion_id), self._about_read, lambda error: None)

    def read_order(self, collection_id: int | None) -> None:
        """Hand over (``order_read``) what a collection holds, in order."""
        library = self._library
        if library is None or collection_id is None:
            self._orderer.cancel()
            self.order_read.emit(None)
            return
        self._orderer.submit(
            lambda task: (collection_id, library.curation().collections.items(collection_id)),
            self.order_read.emit,
            lambda error: None,
        )

    def _about_read(self, about: About) -> None:
        if about != self.about:
            self.about = about
            self.about_changed.emit()

    def _read(self, kept: Kept) -> None:
        before, self.kept = self.kept, kept
        if kept == before:
            return
        self.changed.emit()
        if before.revision >= 0 and kept.revision != before.revision:
            self._read_about()

    # -- favourites and tags -------------------------------------------------------------------------

    def is_favourite(self, item: Item) -> bool:
        """Whether a card wears the star."""
        spans = self.kept.favourites.get(item.motion_id, [])
        return any(overlaps(item.key[1:], span) for span in spans)

    def toggle_favourite(self, items: Sequence[Item]) -> None:
        """Star these; if all have it, take it from them."""
        from motionlens.library.marks import Item as Mark

        if not items:
            return
        if all(self.is_favourite(item) for item in items):
            gone = {
                Mark(item.motion_id, *span)
                for item in items
                for span in self.kept.favourites.get(item.motion_id, ())
                if overlaps(item.key[1:], span)
            }
            self._do(lambda cur: cur.marks.favourite(sorted(gone), False))
        else:
            new = [self.mark(item) for item in items if not self.is_favourite(item)]
            self._do(lambda cur: cur.marks.favourite(new, True))

    def tag(self, items: Sequence[Item], name: str) -> None:
        """Give cards a tag."""
        marks = [self.mark(item) for item in items]
        if marks and name.strip():
            self._do(lambda cur: cur.marks.tag(marks, name))

    def untag(self, items: Sequence[Item], name: str) -> None:
        """Take a tag from the motions of these cards, wherever on them it is."""
        ids = list(dict.fromkeys(item.motion_id for item in items))

        def run(cur: Curation) -> None:
            cur.marks.untag([mark for i in ids for mark in cur.marks.tags_of(i).get(name, [])], name)

        self._do(run)

    def rename_tag(self, name: str, other: str) -> None:
        """Everywhere."""
        self._do(lambda cur: cur.marks.rename_tag(name, other))

    def delete_tag(self, name: str) -> None:
        """Everywhere."""
        self._do(lambda cur: cur.marks.delete_tag(name))

    def note(self, motion_id: int, text: str) -> None:
        """The note of a motion."""
        from motionlens.library.marks import Item as Mark

        self._do(lambda cur: cur.marks.note(Mark(motion_id), text))

    # -- captions ------------------------------------------------------------------------------------

    def add_caption(self, motion_id: int, text: str) -> None:
        """One more caption of a motion."""
        from motionlens.library.marks import Item as Mark

        self._do(lambda cur: cur.captions.add(Mark(motion_id), text))

    def edit_caption(self, motion_id: int, shown: str, text: str) -> None:
        """Change a caption; "" takes it away."""
        if shown != text.strip():
            self._do(lambda cur: cur.captions.edit(motion_id, shown, text))

    # -- collections ---------------------------------------------------------------------------------

    def create_collection(self, name: str, items: Sequence[Item] = ()) -> None:
        """A new collection, of these cards."""
        marks = [self.mark(item) for item in items]
        self._do(lambda cur: cur.collections.create(name, marks), f"Made the collection “{name.strip()}”")

    def rename_collection(self, collection_id: int, name: str) -> None:
        """Give it another name."""
        self._do(lambda cur: cur.collections.rename(collection_id, name))

    def delete_collection(self, collection_id: int) -> None:
        """Its motions stay."""
        self._do(
            lambda cur: cur.collections.delete(collection_id), "Deleted the collection; its motions stay"
        )

    def add_to_collection(self, collection_id: int, items: Sequence[Item], at: int | None = None) -> None:
        """Put cards in that are not in it yet."""
        marks = list(dict.fromkeys(self.mark(item) for item in items))
        name = next((c.name for c in self.kept.collections if c.id == collection_id), "the collection")

        def run(cur: Curation) -> str:
            there = {one.item for one in cur.collections.items(collection_id)}
            new = [mark for mark in marks if mark not in there]
            if new:
                cur.collections.add(collection_id, new, at)
            return f"Added {len(new)} to “{name}”" if new else f"“{name}” holds that already"

        self._do(run)

    def remove_from_collection(self, collection_id: int, items: Sequence[Item]) -> None:
        """Take cards out."""
        self._do(lambda cur: cur.collections.remove(_ids(cur, collection_id, {self.mark(i) for i in items})))

    def move_in_collection(self, collection_id: int, items: Sequence[Item], at: int) -> None:
        """Put cards before the one at place ``at``."""
        marks = {self.mark(item) for item in items}
        self._do(lambda cur: cur.collections.move(collection_id, _ids(cur, collection_id, marks), at))

    # -- searches ------------------------------------------------------------------------------------

    def save_search(self, name: str, query: dict[str, Any]) -> None:
        """Keep a search under a name."""
        self._do(lambda cur: cur.searches.save(name, query), f"Saved the search “{name.strip()}”")

    def delete_search(self, search_id: int) -> None:
        """Forget a saved search."""
        self._do(lambda cur: cur.searches.delete(search_id))

    def remember(self, query: dict[str, Any]) -> None:
        """Put a query into the history."""
        library = self._library
        if library is not None:
            self._writer.submit(
                lambda task: library.curation().searches.remember(query),
                None,
                lambda e: None,
                supersede=False,
            )

    def forget_history(self) -> None:
        """No query is suggested because it was asked."""
        self._do(lambda cur: cur.searches.forget_history(), "The history is empty now")

    # -- undo ----------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take the last change back."""
        self._do(lambda cur: f"Undone: {title}" if (title := cur.undo()) else None)

    def redo(self) -> None:
        """Make it again."""
        self._do(lambda cur: f"Done again: {title}" if (title := cur.redo()) else None)

    def _do(self, change: Callable[[Curation], Any], say: str = "") -> None:
        """Make a change, one after the other, and read what is kept then."""
        library = self._library
        if library is None:
            return

        def job(task: object) -> tuple[str, bool, Kept]:
            before = library.generation()
            made = change(library.curation())
            kept = _read(library)
            return (made if isinstance(made, str) else say), kept.generation != before, kept

        self._writer.submit(job, self._changed, self._refused, supersede=False)

    def _changed(self, made: tuple[str, bool, Kept]) -> None:
        said, captions, kept = made
        self._read(kept)
        if captions:
            self.captions_changed.emit()
        if said:
            self.done.emit(said)

    def _refused(self, error: Exception) -> None:
        self.failed.emit(error)
        self.refresh()

    def close(self) -> None:
        """What was asked for is written; then the threads end."""
        self._writer.finish()
        self._writer.finish()
        for worker in (self._reader, self._orderer):
            worker.close()


def _read(library: Any) -> Kept:
    cur: Curation = library.curation()
    favourites: dict[int, list[Span]] = defaultdict(list)
    for mark in cur.marks.favourites():
        favourites[mark.motion_id].append(mark.span)
    return Kept(
        dict(favourites), cur.marks.tags(), tuple(cur.collections.all()), tuple(cur.searches.saved()),
        cur.undo_title, cur.redo_title, cur.revision(), library.generation(),
    )  # fmt: skip


def _about(library: Any, motion_id: int) -> About:
    cur: Curation = library.curation()
    own = {caption.text for caption in cur.captions.of(motion_id)}
    captions = tuple((text, text in own) for text in library.motion(motion_id).captions)
    note = next((note.text for note in cur.marks.notes(motion_id) if note.item.whole), "")
    return About(motion_id, captions, tuple(cur.marks.tags_of(motion_id)), note)


def _ids(cur: Curation, collection_id: int, marks: Iterable[Mark]) -> list[int]:
    wanted = set(marks)
    return [one.id for one in cur.collections.items(collection_id) if one.item in wanted]


def item_of_mark(mark: Mark, items: dict[int, Item]) -> Item | None:
    """The card of something kept: of a motion's card, all of it or the range."""
    from dataclasses import replace

    whole = items.get(mark.motion_id)
    if whole is None or mark.whole:
        return whole
    return replace(whole, start_s=mark.start_frame / FPS, end_s=mark.end_frame / FPS)
