//! Error answers: a code for each, and nobody's account in any.

use portico::wire::{Format, vendor_fault};

use super::exchange::all;

/// What a recorded error must not show.
const SECRETS: &[&str] = &["org-", "org_", "sk-", "user_", "<html", "<!DOCTYPE", "https://", "http://"];

#[test]
fn every_error_has_a_code_that_fits_its_status() {
    for exchange in all().iter().filter(|row| row.status >= 400) {
        let format = if exchange.api == "messages" { Format::Anthropic } else { Format::OpenAi };
        let fault = vendor_fault(format, exchange.status, &exchange.response());
        let allowed: &[&str] = match exchange.status {
            400 => &[
                "vendor_rejected",
                "context_length_exceeded",
                "content_filter",
                "vendor_credential",
                "no_target",
            ],
            401 | 402 => &["vendor_credential"],
            403 => &["vendor_credential", "content_filter"],
            404 => &["vendor_rejected", "no_target", "vendor_error"],
            413 | 422 => &["vendor_rejected"],
            429 => &["vendor_limit", "vendor_credential", "vendor_overloaded"],
            498 | 503 | 529 => &["vendor_overloaded"],
            504 | 524 => &["vendor_timeout"],
            _ => &["vendor_error"],
        };
        assert!(allowed.contains(&fault.code.word()), "{}: {}", exchange.name, fault.code);
        let error = fault.error();
        for secret in SECRETS {
            assert!(!error.message().contains(secret), "{}: {}", exchange.name, error.message());
            assert!(!fault.message.contains(secret), "{}: {}", exchange.name, fault.message);
        }
    }
}

#[test]
fn a_prompt_that_is_too_long_has_its_own_code() {
    for exchange in all().iter().filter(|row| row.status == 400 && row.name.contains("prompt-too-long")) {
        let fault = vendor_fault(Format::Anthropic, 400, &exchange.response());
        assert_eq!(fault.code.word(), "context_length_exceeded", "{}", exchange.name);
    }
}
