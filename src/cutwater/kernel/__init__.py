"""The kernel: what every module stands on. It knows no domain."""
