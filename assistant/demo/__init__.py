"""The demonstration: a made-up municipality with its servers, people and story, in one process."""
