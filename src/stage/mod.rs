//! The stages of a run: collect reads, heal repairs and proves, publish writes.
