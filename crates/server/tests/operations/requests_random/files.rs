//! Files among the random calls: planned at one moment and applied at another, with whatever happened in between.

use super::World;
use crate::dice::Dice;
use crate::{
    files::{Pipeline, apply_plan, entry, export, new_grant, plan, with_grant},
    house::House,
};
use claviger_model::{
    builtin_roles::{LEAD, OWNER, READER},
    grant::Grant,
    ids::{GrantId, PrincipalId},
};
use claviger_protocol::policy_files::{FilesPlan, PolicyFile};
use std::collections::{BTreeMap, BTreeSet};

const FILE: &str = "grants/payments";

pub struct Files {
    pub pipeline: Pipeline,
    /// What was planned and waits to be applied.
    planned: Option<(Vec<PolicyFile>, FilesPlan)>,
    /// What applying gave.
    given: BTreeSet<GrantId>,
    pub applied: usize,
    pub stale: usize,
    pub refused: usize,
}

impl Files {
    /// Readers may be given by files; one of the people stands behind it, too.
    pub async fn of(house: &House, behind: PrincipalId) -> Self {
        let pipeline = Pipeline::delegated(house, house.places.root, &[READER]).await;
        crate::files::joins(house, pipeline.team, behind).await;
        Self {
            pipeline,
            planned: None,
            given: BTreeSet::new(),
            applied: 0,
            stale: 0,
            refused: 0,
        }
    }
}

impl World {
    pub async fn plan_files(&mut self, dice: &Dice) {
        let places = self.house.places;
        let author = self.house.sign_in(self.files.pipeline.author.principal).await;
        let mut files = export(&self.house, &author).await;
        for _ in 0..=dice.below(2) {
            let everybody: Vec<_> = self.holders().collect();
            let role = *dice.pick(&[READER, READER, READER, LEAD, OWNER]);
            let scope = *dice.pick(&[places.payments, places.production, places.staging]);
            let entry = entry(new_grant(), *dice.pick(&everybody), role, scope);
            files = with_grant(&files, FILE, &entry);
        }
        let service = self.house.sign_in(self.files.pipeline.service.principal).await;
        let shown = plan(&self.house, &service, &files).await;
        assert_eq!(shown.problems, []);
        self.files.planned = Some((files, shown));
    }

    /// Applies what was planned some calls ago.
    pub async fn apply_files(&mut self) {
        let Some((files, shown)) = self.files.planned.take() else {
            return;
        };
        let service = self.house.sign_in(self.files.pipeline.service.principal).await;
        let (before, now_shown) = (self.by_id().await, plan(&self.house, &service, &files).await);
        let answer = apply_plan(&self.house, &service, &files, &shown).await;
        let after = self.by_id().await;
        if now_shown.digest != shown.digest {
            assert_eq!(answer.code(), "stale_plan", "{:?}", answer.json());
            self.files.stale += 1;
        } else if let Some(first) = now_shown.refused.first() {
            assert_eq!(answer.code(), first.code.as_str());
            self.files.refused += 1;
        } else {
            assert_eq!(answer.code(), "ok", "{:?}", answer.json());
            self.files.applied += 1;
            let planned = shown.changes.iter().filter(|change| !change.left);
            let planned: BTreeSet<GrantId> = planned.map(|change| change.id.parse().unwrap()).collect();
            let differ = |id: &&GrantId| before.get(id) != after.get(id);
            let happened: BTreeSet<_> = after.keys().filter(differ).copied().collect();
            assert_eq!(planned, happened, "what happened is what the plan said");
            let new = |id: &&GrantId| !before.contains_key(id);
            self.files.given.extend(planned.iter().filter(new));
            return;
        }
        assert_eq!(before, after, "nothing half done");
    }

    async fn by_id(&self) -> BTreeMap<GrantId, Grant> {
        let grants = self.grants().await.into_iter();
        grants.map(|grant| (grant.id, grant)).collect()
    }

    /// Whether a grant came by files; then it is what was delegated, and reaches nobody who stands behind them.
    pub fn check_by_files(&self, grant: &Grant) -> bool {
        let pipeline = &self.files.pipeline;
        if grant.granted_by != pipeline.service.principal {
            return false;
        }
        assert!(self.files.given.contains(&grant.id), "given by no plan");
        assert_eq!(grant.role, READER, "nothing but what was delegated");
        let behind = self.people[0].principal;
        // What a service is given, those who answer for it and those with a key of it have.
        let has = if self.machines.ids().any(|id| id == grant.principal) {
            self.reaches(self.teams[1], behind) || self.machines.keyed(behind, grant.principal)
        } else {
            self.reaches(grant.principal, behind)
        };
        assert!(!has, "{behind} stands behind the files");
        true
    }
}
