"""Synchronisation by signed files: streams of sealed segments, bundles, enrolment. No Qt."""
