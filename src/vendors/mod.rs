//! One file a vendor family: describes a call and sends nothing. Pure.
