//! Calls as an SDK makes them, and the records they leave.

use std::time::Duration;

use portico::store::entity::call;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use super::browser::Answer;
use super::{Browser, TestApp, World};

/// The smallest chat body for a model.
pub fn chat(model: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "Say hello"}]})
}

impl World {
    /// POSTs a body with a key.
    pub async fn call(&self, key: &str, path: &str, body: &Value) -> Answer {
        let caller = self.visitor();
        let request = caller.request(reqwest::Method::POST, path).bearer_auth(key).json(body);
        caller.send(request).await
    }

    pub async fn chat(&self, key: &str, model: &str) -> Answer {
        self.call(key, "/v1/chat/completions", &chat(model)).await
    }

    pub async fn look(&self, key: &str, path: &str) -> Answer {
        let caller: Browser = self.visitor();
        let request = caller.request(reqwest::Method::GET, path).bearer_auth(key);
        caller.send(request).await
    }

    /// Every call on record, oldest first, once the server has posted `count` of them.
    pub async fn posted(&self, count: usize) -> Vec<call::Model> {
        let started = std::time::Instant::now();
        loop {
            let rows = self.rows().await;
            if rows.len() >= count {
                return rows;
            }
            assert!(started.elapsed() < Duration::from_secs(10), "{} of {count} calls on record", rows.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Every call on record, oldest first.
    pub async fn rows(&self) -> Vec<call::Model> {
        call::Entity::find().order_by_asc(call::Column::Id).all(self.db.calls()).await.unwrap()
    }
}

impl TestApp {
    /// Every call on record, oldest first, once there are `count`.
    pub async fn calls(&self, count: usize) -> Vec<call::Model> {
        let started = std::time::Instant::now();
        loop {
            self.app.ledger.drain_once(&self.db).await.unwrap();
            let rows = self.rows().await;
            if rows.len() >= count {
                return rows;
            }
            assert!(started.elapsed() < Duration::from_secs(10), "{} of {count} calls on record", rows.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
