"""备用字段: the columns a unit may give a heading of its own."""

from desktop.domain.record import Cell, Record, text


class Spares(Record):
    """A row with eight fields that the unit may label, so that no column of its own table is dropped. They stand after
    the other fields of their version."""

    spare1: Cell = text("备用1", spare=True)
    spare2: Cell = text("备用2", spare=True)
    spare3: Cell = text("备用3", spare=True)
    spare4: Cell = text("备用4", spare=True)
    spare5: Cell = text("备用5", spare=True)
    spare6: Cell = text("备用6", spare=True)
    spare7: Cell = text("备用7", spare=True)
    spare8: Cell = text("备用8", spare=True)
