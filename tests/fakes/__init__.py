"""The services of providers, played on 127.0.0.1: one file per protocol, found by being there."""
