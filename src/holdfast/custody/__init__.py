"""What came out of the animal: where it is, in whose hands, and where the chain of its hands is broken."""
