//! A small form that came back: one of several on a page, most of them in dialogs. The page is drawn
//! again with that form open, what was typed in it, and each mistake at its field.

use std::fmt::Display;

use crate::base::{Code, Error};
use crate::web::FieldErrors;

/// Which form of the page came back, if any.
#[derive(Default)]
pub struct Returned {
    /// As the template calls it; empty when no form came back.
    form: String,
    typed: Vec<(&'static str, String)>,
    errors: FieldErrors,
    none: FieldErrors,
}

impl Returned {
    /// `typed` holds every field that the form shows; give a secret as an empty text, so that it is known as
    /// a field and never sent back.
    pub fn new(
        form: impl Into<String>,
        typed: impl Into<Vec<(&'static str, String)>>,
        errors: FieldErrors,
    ) -> Self {
        Self { form: form.into(), typed: typed.into(), errors, none: FieldErrors::default() }
    }

    /// A form that the domain refused. A mistake in a field that the form does not show stands above it.
    ///
    /// # Errors
    /// The error itself, when no change of the form would mend it.
    pub fn from_error(
        form: impl Into<String>,
        typed: impl Into<Vec<(&'static str, String)>>,
        error: Error,
    ) -> Result<Self, Error> {
        if !matches!(error.code(), Code::FieldInvalid | Code::Conflict) {
            return Err(error);
        }
        let typed = typed.into();
        let field = error.param().filter(|field| typed.iter().any(|(known, _)| known == field));
        let mut errors = FieldErrors::default();
        errors.add(field.unwrap_or_default(), error.message());
        Ok(Self::new(form, typed, errors))
    }

    /// True for the form that came back.
    pub fn is(&self, form: &str) -> bool {
        !self.form.is_empty() && self.form == form
    }

    /// What to show in a field: what was typed when this form came back, otherwise what is stored.
    pub fn or(&self, form: &str, field: &str, stored: impl Display) -> String {
        let typed = self.typed.iter().find(|(name, _)| *name == field);
        match typed {
            Some((_, text)) if self.is(form) => text.clone(),
            _ => stored.to_string(),
        }
    }

    /// The mistakes of that form.
    pub fn errors(&self, form: &str) -> &FieldErrors {
        if self.is(form) { &self.errors } else { &self.none }
    }
}

#[cfg(test)]
mod tests;
