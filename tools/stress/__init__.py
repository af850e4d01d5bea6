"""Random commits split by random plans, compared with what git makes of them."""
