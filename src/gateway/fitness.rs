//! Whether a vendor would answer for a model now, as far as this process knows: for pages that offer or
//! try models. Calls themselves are judged in `plan`.

use uuid::Uuid;

use super::Gateway;
use super::directory::{Model, Provider};
use crate::base::ids::{ProviderId, VersionId};
use crate::upstream::Standing;
use crate::vendors::Auth;

/// What keeps a vendor from answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    Off,
    NoCredential,
    /// It did not pass its last test, and no call has gone well since.
    FailedTest,
    /// Calls to it fail now.
    Failing,
}

impl Obstacle {
    /// As it is said beside the name of a model.
    pub fn label(self) -> &'static str {
        match self {
            Self::Off => "Its vendor is switched off",
            Self::NoCredential => "Its vendor has no credential",
            Self::FailedTest => "Its vendor failed its last test",
            Self::Failing => "Calls to its vendor fail now",
        }
    }
}

impl Gateway {
    /// What keeps a vendor from answering under this name; none where nothing is known to.
    pub fn obstacle(&self, provider: ProviderId, vendor_model: &str) -> Option<Obstacle> {
        let catalogue = self.directory().catalogue();
        match catalogue.provider(provider) {
            Some(provider) => self.obstacle_at(provider, vendor_model),
            None => Some(Obstacle::Off),
        }
    }

    /// True when most tries at a vendor failed lately, with each credential it has.
    pub fn fails_often(&self, provider: ProviderId) -> bool {
        let catalogue = self.directory().catalogue();
        let health = self.upstream().health();
        let provider = catalogue.provider(provider);
        provider.is_some_and(|it| health_ids(it).iter().all(|id| health.report(*id).fails_often()))
    }

    fn obstacle_at(&self, provider: &Provider, vendor_model: &str) -> Option<Obstacle> {
        if !provider.is_on {
            return Some(Obstacle::Off);
        }
        if provider.credentials.is_empty() && provider.auth != Auth::None && !provider.is_demo {
            return Some(Obstacle::NoCredential);
        }
        let ids = health_ids(provider);
        let health = self.upstream().health();
        if ids.iter().all(|id| health.standing(*id, vendor_model) != Standing::Ready) {
            return Some(Obstacle::Failing);
        }
        let answered = |id: &Uuid| {
            let report = health.report(*id);
            report.judged > report.failed
        };
        (self.failed_test(provider.id) && !ids.iter().any(answered)).then_some(Obstacle::FailedTest)
    }

    /// These public names of live versions, those that would be answered first, of them those with a
    /// price, otherwise in the order given.
    pub fn fittest(&self, versions: &[VersionId], mut names: Vec<String>) -> Vec<String> {
        let catalogue = self.directory().catalogue();
        let served = |name: &str| {
            let versions = versions.iter().filter_map(|id| catalogue.version(*id));
            versions.filter_map(|version| version.models.get(name)).next()
        };
        names.sort_by_cached_key(|name| served(name).map_or((true, true), |model| self.unfitness(model)));
        names
    }

    /// Whether it fails, and whether its price is unknown.
    fn unfitness(&self, model: &Model) -> (bool, bool) {
        let works = model.targets.iter().find(|target| {
            target.is_on && self.obstacle_at(&target.provider, &target.vendor_model).is_none()
        });
        let priced = works.is_some_and(|target| target.price(self.now()).is_some());
        (!model.is_on || works.is_none(), !priced)
    }
}

/// Whose health tells of a vendor: its credentials', or its own where it has none.
fn health_ids(provider: &Provider) -> Vec<Uuid> {
    match provider.credentials.as_slice() {
        [] => vec![provider.id.0],
        all => all.iter().map(|credential| credential.id.0).collect(),
    }
}
