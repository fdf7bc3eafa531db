//! The door for AI calls: HTTP in, gateway, HTTP out.
