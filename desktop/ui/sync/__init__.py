"""The parts of the 同步 screen: received, sent, conflicts, units, and the record of what went to and fro."""
