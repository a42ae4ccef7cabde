"""How an explanation is written: its blocks, and every format in which it can be had."""
