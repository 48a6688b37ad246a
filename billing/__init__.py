"""Who pays and what is left: accounts, members, keys, prices, the ledger. Knows no media."""
