"""The platforms as the desk meets them: fakes on loopback that keep the real ones' rules."""
