//! Configuration: file and environment to checked plain data.
