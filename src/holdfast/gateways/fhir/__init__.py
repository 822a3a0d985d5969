"""The record as FHIR R4 resources, and what other programs may write: pure mappers, one module for each family."""
