//! Who asks for what, as far as the head of a request tells.

use super::Facts;
use crate::base::Error;
use crate::gateway::Gateway;
use crate::gateway::arrival::Arrival;
use crate::gateway::credential::Credential;
use crate::ledger::record::{Refusal, What, Who};

pub fn asked(arrival: &Arrival) -> (Who, What) {
    let who = Who {
        key_prefix: Credential::shown_prefix(&arrival.presented),
        agent: arrival.agent.clone(),
        client_request_id: arrival.client_request_id.clone(),
        ..Who::stranger(arrival.ip)
    };
    (who, What { endpoint: arrival.endpoint.word().into(), ..What::default() })
}

/// Records a call that was turned away before it had a guard: nobody knows yet whose it was, so it is
/// kept or counted as those of strangers are.
pub fn turned_away(gateway: &Gateway, arrival: &Arrival, error: &Error) {
    let (who, what) = asked(arrival);
    gateway.ledger().refuse(&Refusal {
        id: arrival.id,
        at: gateway.now(),
        who,
        what,
        proved: false,
        code: error.code(),
        status: error.status(),
        policy_seq: gateway.directory().sequence(),
        facts: Facts::of(&arrival.door, None).text(Some(error)),
        micros: 0,
    });
}
