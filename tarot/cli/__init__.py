"""The command line: `tarot VERB key=value …`; `train.py` is `tarot train`."""
