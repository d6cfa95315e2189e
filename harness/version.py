"""The version of viva, read by the build and written into every evaluation."""

VERSION = "0.1.0"
