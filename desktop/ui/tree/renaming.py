"""What a node's code and name are typed into; the text stays when the tree is read anew meanwhile."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPersistentModelIndex
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.ui.tree.model import Index, TreeModel


@dataclass(frozen=True)
class Typed:
    """A node being renamed: its key, the text (None while it is as it was), and where in it the cursor is."""

    key: str
    text: str | None
    cursor: int


class RenameDelegate(QStyledItemDelegate):
    """Knows its open editor."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.editor: QLineEdit | None = None
        self._edited = QPersistentModelIndex()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        self.editor, self._edited = QLineEdit(parent), QPersistentModelIndex(index)
        return self.editor

    def destroyEditor(self, editor: QWidget, index: Index) -> None:
        if editor is self.editor:
            self.editor = None
        super().destroyEditor(editor, index)

    def typed(self) -> Typed | None:
        """What is being typed; None if nothing is."""
        model = self._edited.model()
        if self.editor is None or not self._edited.isValid() or not isinstance(model, TreeModel):
            return None
        key, text = model.key(self._edited), self.editor.text()
        return Typed(key, None if text == model.tree.name(key) else text, self.editor.cursorPosition())

    def fill(self, typed: Typed) -> None:
        """Type on in an editor that was opened again."""
        if self.editor is not None and typed.text is not None:
            self.editor.setText(typed.text)
            self.editor.setCursorPosition(typed.cursor)
