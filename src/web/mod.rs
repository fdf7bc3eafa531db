//! The HTTP toolbox: routes and their needs, sessions, CSRF, CSP, faults, forms.

pub mod assets;
