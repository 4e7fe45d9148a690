"""What connects finding and keeping with the rest of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from .arranging import Arranged, filter_from_json, filter_to_json
from .curation import CurationController, item_of_mark
from .finding import FindingController
from .query import split_avoided
from .search import SearchPhase

if TYPE_CHECKING:
    from .session import Session

REMEMBER_MS = 3000
"""A query whose answer was looked at for so long goes into the history."""


class FindingLink(QObject):
    """Filters restrict the search, captions are searched at once, collections are shown in their order."""

    def __init__(self, session: Session, finding: FindingController, curation: CurationController) -> None:
        super().__init__(session)
        self._session, self._finding, self._curation = session, finding, curation
        self._order: tuple[int, Any] | None = None
        self._collection: int | None = None
        self._revision = -1
        self._asked: tuple[str, str] = ("", "")
        self._remember = QTimer(self, singleShot=True, interval=REMEMBER_MS)
        self._remember.timeout.connect(self.remember)
        finding.filtered.connect(lambda: session.search.set_within(finding.moment_ids))
        finding.changed.connect(self._filter_changed)
        curation.changed.connect(self._kept_changed)
        curation.captions_changed.connect(self._captions_changed)
        curation.order_read.connect(self._order_read)
        session.libraries.changed.connect(self._library_changed)
        session.libraries.opened.connect(self._library_changed)
        session.search.changed.connect(self._search_changed)

    def close(self) -> None:
        """Nothing more is remembered."""
        self._remember.stop()

    # -- library -------------------------------------------------------------------------------------

    def _library_changed(self) -> None:
        libraries = self._session.libraries
        by_id = libraries.by_id

        def n_frames(motion_id: int) -> int:
            record = self._session.libraries.by_id.get(motion_id)
            return 0 if record is None else record.n_frames

        if libraries.library is None:
            self._session.search.set_within(None)
        self._curation.set_library(libraries.library, n_frames)
        self._finding.set_library(libraries.library)
        if by_id and self._order is not None:
            self._show_order()

    def _kept_changed(self) -> None:
        revision = self._curation.kept.revision
        if revision != self._revision:
            self._revision = revision
            self._finding.ask_now()
            if self._collection is not None:
                self._curation.read_order(self._collection)

    def _captions_changed(self) -> None:
        self._session.libraries.refresh()
        self._session.search.ask_again()

    # -- collections ---------------------------------------------------------------------------------

    def _filter_changed(self) -> None:
        now = self._finding.collection
        if now != self._collection:
            self._collection, self._order = now, None
            self._curation.read_order(now)

    def _order_read(self, order: tuple[int, Any] | None) -> None:
        if order is None or order[0] == self._collection:
            self._order = order
            self._show_order()

    def _show_order(self) -> None:
        if self._order is None:
            self._finding.set_order(None)
            return
        cards = {item.motion_id: item for item in self._session.libraries.items}
        found = [item_of_mark(one.item, cards) for one in self._order[1]]
        self._finding.set_order([item for item in found if item is not None])

    # -- searches ------------------------------------------------------------------------------------

    def _search_changed(self) -> None:
        search = self._session.search
        asked = (search.query.text, search.query.avoid)
        if asked != self._asked:
            self._asked = asked
            self._finding.set_cut(0.0)
        if search.phase is SearchPhase.RESULTS and search.text:
            self._remember.start()
        else:
            self._remember.stop()

    def remember(self) -> None:
        """Put the present words into the history."""
        self._remember.stop()
        query = self._session.search.query
        if query.text:
            self._curation.remember({"text": query.text} | ({"avoid": query.avoid} if query.avoid else {}))

    def present(self) -> dict[str, Any]:
        """The search at hand, as it is saved: words, what to avoid, filter, order. Examples are not."""
        query, how = self._session.query, self._finding.arrangement
        out: dict[str, Any] = {"text": query.text, "avoid": query.avoid}
        out["filter"] = filter_to_json(self._finding.filter)
        if how.sort != "score":
            out["sort"] = how.sort
        if how.descending:
            out["descending"] = True
        return {key: value for key, value in out.items() if value}

    def bring_back(self, query: dict[str, Any]) -> tuple[str, str]:
        """Filter and order of a saved search; returns its words and what it avoids, for the query bar."""
        self._finding.set_filter(filter_from_json(query.get("filter", {})))
        self._finding.set_arrangement(
            sort=query.get("sort", "score"), descending=bool(query.get("descending", False))
        )
        words, avoided = split_avoided(str(query.get("text", "")))
        return words, str(query.get("avoid", "")) or avoided


def summary(made: Arranged) -> str:
    """What is hidden, in words.

    >>> summary(Arranged([], filtered=1721, cut=3)), summary(Arranged([]))
    ('1,721 hidden by filters · 3 below the cut', '')
    """
    parts = (
        (made.filtered, "hidden by filters"), (made.cut, "below the cut"), (made.folded, "copy folded" if made.folded == 1 else "copies folded"),
        (made.grouped, "behind their file’s best"),
    )  # fmt: skip
    return " · ".join(f"{n:,} {text}" for n, text in parts if n)
