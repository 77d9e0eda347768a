"""What `bin/bench` runs: ours beside a peer and a floor, all in one run, so that the ratio holds on any machine."""
