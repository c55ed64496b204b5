"""The table contract, written once for every ledger."""
