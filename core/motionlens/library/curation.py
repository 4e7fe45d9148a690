"""What the user adds to a library, in one place and with one undo (decision 0012)."""

from __future__ import annotations

from .collecting import Collections
from .marks import Marks
from .own_captions import Captions
from .rows import Rows
from .searches import Searches
from .undo import Changes


class Curation:
    """Favourites, tags, notes, collections, own captions and searches of one library.

    Got from ``LocalLibrary.curation()``: one for each open library, so that there is one undo. Safe to use
    from several threads, also while an import writes.

    Attributes:
        marks: favourites, tags, notes.
        collections: ordered items under a name.
        captions: the user's own captions.
        searches: saved searches and history.
    """

    def __init__(self, library: Rows) -> None:
        self._library = library
        self._changes = Changes(library.changing)
        self.marks = Marks(library, self._changes)
        self.collections = Collections(library, self._changes)
        self.captions = Captions(library, self._changes)
        self.searches = Searches(library, self._changes)

    def revision(self) -> int:
        """A number that grows with every change of what is kept here, by whatever program."""
        return int(self._library.rows("SELECT value FROM meta WHERE key = 'curation'")[0][0])

    def undo(self) -> str | None:
        """Take the last change back; returns its title, None where there is none.

        Raises:
            LibraryError: what it changed was changed elsewhere since.
        """
        return self._changes.undo()

    def redo(self) -> str | None:
        """Make the change that was undone last again; see ``undo``."""
        return self._changes.redo()

    @property
    def undo_title(self) -> str | None:
        """What ``undo`` would take back, None where there is nothing."""
        return self._changes.undo_title

    @property
    def redo_title(self) -> str | None:
        """What ``redo`` would make again, None where there is nothing."""
        return self._changes.redo_title
