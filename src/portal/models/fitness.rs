//! Whether calls to a model would be answered now, said beside its name.

use crate::domain::supply::{ModelView, Switch, TargetView};
use crate::gateway::Gateway;
use crate::portal::look::Choice;

/// What keeps every target of a model from answering, in words; none when one of them works.
pub fn obstacle(gateway: &Gateway, view: &ModelView) -> Option<&'static str> {
    if view.model.state != Switch::On {
        return Some("Switched off");
    }
    let mut first = Some("No target that is on");
    for (place, target) in view.targets.iter().filter(|target| TargetView::is_on(target)).enumerate() {
        let obstacle = gateway.obstacle(target.provider.id, &target.target.vendor_model)?;
        if place == 0 {
            first = Some(obstacle.label());
        }
    }
    first
}

/// A model as one box of a form.
pub fn choice(gateway: &Gateway, view: &ModelView) -> Choice {
    let choice = Choice::new(view.model.id.to_string(), &view.model.name);
    match obstacle(gateway, view) {
        Some(why) => choice.warning(why),
        None => choice,
    }
}
